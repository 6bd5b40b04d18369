import type { FastifyInstance } from 'fastify';
import { newSpanId, newTraceId, spanContextOfJob } from '../kit/tracing/span.ts';
import type { Tracer } from '../kit/tracing/tracer.ts';
import { traceParentOf } from './logs/requestIds.ts';
import { jobOf } from './logs/requestLog.ts';

/**
 * Records a span for each request, in the client's trace if it has one, and links it to the job
 * that it is about.
 */
export function traceRequests(app: FastifyInstance, tracer: Tracer): void {
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions, headers, is404 } = request;
    const parent = traceParentOf(headers);
    const route = is404 ? undefined : routeOptions.url;
    const jobId = jobOf(request, reply);
    const endMs = Date.now();
    tracer.record({
      traceId: parent?.traceId ?? newTraceId(),
      spanId: newSpanId(),
      parentSpanId: parent?.spanId,
      name: route ? `${method} ${route}` : method,
      kind: 'server',
      startMs: endMs - reply.elapsedTime,
      endMs,
      attributes: {
        'http.request.method': method,
        'http.response.status_code': reply.statusCode,
        'trainyard.request.id': request.id,
        ...(route && { 'http.route': route }),
        ...(jobId && { 'trainyard.job.id': jobId }),
      },
      ...(jobId && { links: [spanContextOfJob(jobId)] }),
      failed: reply.statusCode >= 500,
    });
  });
}
