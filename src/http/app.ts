import Fastify, { type FastifyInstance, type FastifyPluginAsync, type FastifyServerOptions } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { parseInput } from '../kit/contract/validation.ts';
import { DEFAULT_SHUTDOWN_BUDGET } from '../kit/shutdownBudget.ts';
import type { Tracer } from '../kit/tracing/tracer.ts';
import { type GuardDeps, registerGuard } from './access/guard.ts';
import { registerCompression } from './compression/compress.ts';
import { registerOpenapi } from './docs/openapi.ts';
import { rejectWhileClosing } from './draining.ts';
import { handleUnrouted, registerErrors, rejectUnrouted } from './errors.ts';
import { registerHome } from './home/routes.ts';
import { type IdempotencyDeps, registerIdempotency } from './idempotency/plugin.ts';
import { readJsonBodies } from './jsonBodies.ts';
import { type HttpLimits, registerLimits, serverOptions } from './limits/limits.ts';
import { rejectOtherMethods } from './limits/methods.ts';
import { logRequests, requestLogOptions } from './logs/requestLog.ts';
import { type HttpMetrics, measureRequests } from './metrics/http.ts';
import { handleClientError, rejectExpectations } from './network/clientErrors.ts';
import { registerSecurityHeaders } from './network/securityHeaders.ts';
import { traceRequests } from './tracing.ts';

export interface AppOptions {
  readonly version: string;
  /** The routes of each room, in the order of the documentation. */
  readonly routes: readonly FastifyPluginAsync[];
  readonly guard: GuardDeps;
  /** Without it, an Idempotency-Key is ignored. */
  readonly idempotency?: IdempotencyDeps;
  readonly limits: HttpLimits;
  /** Time for open requests to finish when the app closes. */
  readonly drainMs?: number;
  readonly metrics?: HttpMetrics | undefined;
  readonly tracer?: Tracer | undefined;
  readonly logger: FastifyServerOptions['loggerInstance'] | false;
}

/** Fastify's own default. */
const PLUGIN_TIMEOUT_MS = 10_000;

/** The whole HTTP layer: errors, access, documentation, and the routes of the rooms. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { version, routes, guard, limits, idempotency, metrics, tracer, logger } = options;
  const drainMs = options.drainMs ?? DEFAULT_SHUTDOWN_BUDGET.requestsMs;
  const app = Fastify({
    ...(logger ? { loggerInstance: logger } : { logger: false }),
    ...requestLogOptions,
    ...serverOptions(limits),
    forceCloseConnections: true,
    return503OnClosing: false,
    // Also the time limit of closing.
    pluginTimeout: drainMs + PLUGIN_TIMEOUT_MS,
    frameworkErrors: handleUnrouted,
    clientErrorHandler: handleClientError,
    routerOptions: { maxParamLength: 200 },
  });
  app.setValidatorCompiler<z.ZodType>(({ schema }) => (input) => ({ value: parseInput(schema, input) }));
  app.setSerializerCompiler(serializerCompiler);
  readJsonBodies(app, limits);
  registerErrors(app);
  rejectExpectations(app);
  logRequests(app);
  registerSecurityHeaders(app);
  const drained = rejectWhileClosing(app, drainMs);
  if (metrics) measureRequests(app, metrics);
  if (tracer) traceRequests(app, tracer);
  registerGuard(app, guard);
  registerLimits(app, limits, metrics?.refusedConnections);
  rejectUnrouted(app);
  if (idempotency) registerIdempotency(app, idempotency);
  await registerCompression(app);
  const refuseOtherMethods = rejectOtherMethods(app);
  await registerOpenapi(app, version);
  registerHome(app, version);
  for (const scope of routes) await app.register(scope);
  // After the rooms, which end their streams and waiting requests first.
  await app.register(async (last) => last.addHook('preClose', drained));
  refuseOtherMethods();
  return app;
}
