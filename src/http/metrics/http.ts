import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { LATENCY_BUCKETS } from '../../kit/metrics.ts';
import { EVENT_STREAM } from '../streams/eventStream.ts';

/** What is measured of requests. */
export type HttpMetrics = ReturnType<typeof createHttpMetrics>;

export function createHttpMetrics(registry: Registry) {
  const registers = [registry];
  return {
    seconds: new Histogram({
      name: 'trainyard_http_request_duration_seconds',
      help: 'How long requests took, by method, route and class of status. Event streams are not in it; what waits (`?wait=`) is.',
      labelNames: ['method', 'route', 'status'],
      buckets: LATENCY_BUCKETS,
      registers,
    }),
    problems: new Counter({
      name: 'trainyard_http_problems_total',
      help: 'Requests that were answered with a problem, by its code; those over a rate limit are `too_many_requests`.',
      labelNames: ['code'],
      registers,
    }),
    refusedConnections: new Counter({
      name: 'trainyard_http_connections_refused_total',
      help: 'Connections that were closed as they came: as many were open as may be, in `all` or of one `address`.',
      labelNames: ['limit'],
      registers,
    }),
    openStreams: new Gauge({
      name: 'trainyard_http_event_streams_open',
      help: 'Event streams that are open.',
      registers,
    }),
  };
}

const MS_PER_SECOND = 1000;
/** Of requests that lead to no route: their paths are whatever a client thinks of. */
const NO_ROUTE = 'none';
/** Of requests with a method that their path does not have: there are some thirty. */
const OTHER_METHOD = 'other';

/**
 * Measures every request. Labels are of what the service has, never of what a client sends, so
 * their number is bounded.
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
