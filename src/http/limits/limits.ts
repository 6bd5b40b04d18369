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

/** What one client may take of the service, in the words of the configuration. */
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
/** How often Node looks for requests that take too long. */
const CHECK_INTERVAL_MS = 1000;
/**
 * A connection that asks nothing is closed after so long; a little more than the minute that
 * proxies keep theirs.
 */
const KEEP_ALIVE_MS = 65_000;

/**
 * The options of the server. There is no limit on a quiet connection as such: it may wait for an
 * answer that takes minutes. One that has asked nothing yet is held to the time for headers.
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
 * Holds every request to the limits; `refused` counts connections that are closed as they come.
 * Register behind the guard, so that a stranger learns nothing of them, and before the routes.
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
