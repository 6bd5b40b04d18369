import type { FastifyInstance } from 'fastify';
import type { Counter } from 'prom-client';
import type { Config } from '../../config/config.ts';
import { limitBufferedResponses } from './bufferedResponses.ts';
import { limitConnections } from './connections.ts';
import { LINGER, lingeringResponse } from './lingeringResponse.ts';
import { type OverloadLimits, refuseOverload } from './overload.ts';
import { documentRefusals, rejectUnreadable } from './requests.ts';
import { refuseSlowBodies } from './slowBodies.ts';
import { refuseSlowReaders } from './slowReaders.ts';

/** The limits on a client's use of the service, named as in the configuration. */
export type HttpLimits = Pick<
  Config,
  | 'maxJsonBytes'
  | 'maxJsonDepth'
  | 'maxJsonValuesWithoutRows'
  | 'maxColumns'
  | 'maxConnections'
  | 'maxAddressConnections'
  | 'maxHeadersSeconds'
  | 'maxRequestSeconds'
  | 'minBytesPerSecond'
  | 'bodyWindowSeconds'
  | 'maxStalledSeconds'
> &
  OverloadLimits;

const MS_PER_SECOND = 1000;
/** How often Node checks for requests that exceed their time. */
const CHECK_INTERVAL_MS = 1000;
/**
 * An idle connection is closed after this time: a little more than the minute for which proxies
 * reuse theirs.
 */
const KEEP_ALIVE_MS = 65_000;

/**
 * The options of the server. An idle connection has no limit of its own, because it may wait
 * minutes for a response. Before its first request, the time limit of headers applies.
 */
export function serverOptions({ maxJsonBytes, maxHeadersSeconds, maxRequestSeconds }: HttpLimits) {
  const requestTimeout = maxRequestSeconds * MS_PER_SECOND;
  const headersTimeout = Math.min(maxHeadersSeconds, maxRequestSeconds) * MS_PER_SECOND;
  return {
    bodyLimit: maxJsonBytes,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout,
    http: {
      requestTimeout,
      headersTimeout,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      ServerResponse: lingeringResponse(LINGER),
    },
  };
}

/**
 * Applies the limits to every request; `refused` counts refused connections. Register it after the
 * guard, so that unauthenticated clients learn nothing of the limits, and before the routes.
 */
export function registerLimits(app: FastifyInstance, limits: HttpLimits, refused?: Counter<'limit'>): void {
  limitConnections(app, limits, refused);
  app.addHook('onRoute', documentRefusals);
  app.addHook('onRequest', async (request, reply) => rejectUnreadable(request, reply));
  refuseOverload(app, limits);
  refuseSlowBodies(app, limits);
  limitBufferedResponses(app, limits);
  refuseSlowReaders(app, limits);
}
