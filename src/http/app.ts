import Fastify, { type FastifyInstance, type FastifyPluginAsync, type FastifyServerOptions } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { parseInput } from '../kit/contract/validation.ts';
import { USUAL_STOP_TIMES } from '../kit/stopTimes.ts';
import type { Tracer } from '../kit/tracing/tracer.ts';
import { type GuardParts, registerGuard } from './access/guard.ts';
import { answerBroken, refuseExpectations } from './brokenRequests.ts';
import { registerCompression } from './compression/compress.ts';
import { registerOpenapi } from './docs/openapi.ts';
import { refuseOnceClosing } from './draining.ts';
import { answerUnrouted, refuseUnrouted, registerErrors } from './errors.ts';
import { registerHome } from './home/routes.ts';
import { type IdempotencyParts, registerIdempotency } from './idempotency/plugin.ts';
import { readJsonBodies } from './jsonBodies.ts';
import { type HttpLimits, registerLimits, serverOptions } from './limits/limits.ts';
import { answerOtherMethods } from './limits/methods.ts';
import { logRequests, requestLogOptions } from './logs/requestLog.ts';
import { type HttpMetrics, measureRequests } from './metrics/http.ts';
import { registerSecurityHeaders } from './securityHeaders.ts';
import { traceRequests } from './tracing.ts';

export interface AppParts {
  readonly version: string;
  /** Each room's routes, in the order in which the documentation shows them. */
  readonly routes: readonly FastifyPluginAsync[];
  readonly guard: GuardParts;
  /** Absent: an Idempotency-Key counts for nothing. */
  readonly idempotency?: IdempotencyParts;
  readonly limits: HttpLimits;
  /** Open requests have so long to come to an end when the app closes. */
  readonly drainMs?: number;
  readonly metrics?: HttpMetrics | undefined;
  readonly tracer?: Tracer | undefined;
  readonly logger: FastifyServerOptions['loggerInstance'] | false;
}

/** Fastify's own. */
const PLUGIN_TIMEOUT_MS = 10_000;

/** The whole HTTP side: errors, access, documentation, and the rooms' routes. */
export async function buildApp(parts: AppParts): Promise<FastifyInstance> {
  const { version, routes, guard, limits, idempotency, metrics, tracer, logger } = parts;
  const drainMs = parts.drainMs ?? USUAL_STOP_TIMES.requestsMs;
  const app = Fastify({
    ...(logger ? { loggerInstance: logger } : { logger: false }),
    ...requestLogOptions,
    ...serverOptions(limits),
    forceCloseConnections: true,
    return503OnClosing: false,
    // Holds for closing too.
    pluginTimeout: drainMs + PLUGIN_TIMEOUT_MS,
    frameworkErrors: answerUnrouted,
    clientErrorHandler: answerBroken,
    routerOptions: { maxParamLength: 200 },
  });
  app.setValidatorCompiler<z.ZodType>(({ schema }) => (input) => ({ value: parseInput(schema, input) }));
  app.setSerializerCompiler(serializerCompiler);
  readJsonBodies(app, limits);
  registerErrors(app);
  refuseExpectations(app);
  logRequests(app);
  registerSecurityHeaders(app);
  const drained = refuseOnceClosing(app, drainMs);
  if (metrics) measureRequests(app, metrics);
  if (tracer) traceRequests(app, tracer);
  registerGuard(app, guard);
  registerLimits(app, limits, metrics?.refusedConnections);
  refuseUnrouted(app);
  if (idempotency) registerIdempotency(app, idempotency);
  await registerCompression(app);
  const refuseOtherMethods = answerOtherMethods(app);
  await registerOpenapi(app, version);
  registerHome(app, version);
  for (const room of routes) await app.register(room);
  // Behind the rooms, which end their streams and their waiting first.
  await app.register(async (last) => last.addHook('preClose', drained));
  refuseOtherMethods();
  return app;
}
