import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { LATENCY_BUCKETS } from '../../kit/metrics.ts';
import { EVENT_STREAM } from '../streams/eventStream.ts';

/** The metrics of requests. */
export type HttpMetrics = ReturnType<typeof createHttpMetrics>;

export function createHttpMetrics(registry: Registry) {
  const registers = [registry];
  return {
    seconds: new Histogram({
      name: 'trainyard_http_request_duration_seconds',
      help: 'Duration of requests, by method, route and class of status. Event streams are excluded; waiting requests (`?wait=`) are included.',
      labelNames: ['method', 'route', 'status'],
      buckets: LATENCY_BUCKETS,
      registers,
    }),
    problems: new Counter({
      name: 'trainyard_http_problems_total',
      help: 'Requests with a problem response, by its code; those above a rate limit have `too_many_requests`.',
      labelNames: ['code'],
      registers,
    }),
    refusedConnections: new Counter({
      name: 'trainyard_http_connections_refused_total',
      help: 'Connections that were refused because the limit of open connections was reached, in `all` or of one `address`.',
      labelNames: ['limit'],
      registers,
    }),
    openStreams: new Gauge({
      name: 'trainyard_http_event_streams_open',
      help: 'Open event streams.',
      registers,
    }),
  };
}

const MS_PER_SECOND = 1000;
/** For requests without a route: a client can choose their paths freely. */
const NO_ROUTE = 'none';
/** For requests with a method that their path does not support: there are about thirty. */
const OTHER_METHOD = 'other';

/**
 * Measures every request. Labels have values of the service only, never of a client, so their
 * number is bounded.
 */
export function measureRequests(app: FastifyInstance, { seconds, problems }: HttpMetrics): void {
  app.addHook('onResponse', async (request, reply) => {
    if (reply.problem !== null) problems.inc({ code: reply.problem });
    if (reply.getHeader('content-type') === EVENT_STREAM) return;
    const route = request.is404 ? NO_ROUTE : (request.routeOptions.url ?? NO_ROUTE);
    const status = `${Math.floor(reply.statusCode / 100)}xx`;
    const method = reply.problem === 'method_not_allowed' ? OTHER_METHOD : request.method;
    seconds.observe({ method, route, status }, reply.elapsedTime / MS_PER_SECOND);
  });
}
