import Fastify, { type FastifyInstance, type FastifyPluginAsync, type FastifyServerOptions } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { parseInput } from '../kit/validation.ts';
import { answerBroken } from './brokenRequests.ts';
import { answerUnrouted, registerErrors } from './errors.ts';
import { type GuardParts, registerGuard } from './guard.ts';
import { type IdempotencyParts, registerIdempotency } from './idempotency/plugin.ts';
import { registerOpenapi } from './openapi.ts';

export interface AppParts {
  readonly version: string;
  /** Each room's routes, in the order in which the documentation shows them. */
  readonly routes: readonly FastifyPluginAsync[];
  readonly guard: GuardParts;
  /** Absent: an Idempotency-Key counts for nothing. */
  readonly idempotency?: IdempotencyParts;
  readonly logger: FastifyServerOptions['loggerInstance'] | false;
}

/** A JSON body beyond this is an upload in the wrong place. */
const JSON_BODY_LIMIT_BYTES = 16 * 2 ** 20;
/** A client has so long to send its headers, and its whole request: the largest upload at 5 MB a second. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 1_800_000;

/** The whole HTTP side: errors, access, documentation, and the rooms' routes. */
export async function buildApp({ version, routes, guard, idempotency, logger }: AppParts): Promise<FastifyInstance> {
  const app = Fastify({
    ...(logger ? { loggerInstance: logger } : { logger: false }),
    bodyLimit: JSON_BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    frameworkErrors: answerUnrouted,
    clientErrorHandler: answerBroken,
    routerOptions: { maxParamLength: 200 },
  });
  app.server.headersTimeout = HEADERS_TIMEOUT_MS;
  app.setValidatorCompiler<z.ZodType>(({ schema }) => (input) => ({ value: parseInput(schema, input) }));
  app.setSerializerCompiler(serializerCompiler);
  registerBodies(app);
  registerErrors(app);
  registerGuard(app, guard);
  if (idempotency) registerIdempotency(app, idempotency);
  await registerOpenapi(app, version);
  for (const room of routes) await app.register(room);
  return app;
}

/** JSON alone, where a room does not read more. Fastify reads text/plain of itself, which would be JSON with the wrong name. */
function registerBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Many clients name a format where they send nothing.
    const isNothing = body === '' && request.routeOptions.schema?.body === undefined;
    if (isNothing) done(null, undefined);
    else parseJson(request, body, done);
  });
}
