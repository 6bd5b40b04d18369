import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from 'fastify';
import { requestIdOf, traceIdOf } from './requestIds.ts';

/** Routes that probes request every few seconds. */
const QUIET_ROUTES: ReadonlySet<string | undefined> = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * Every log line about a request has its `requestId` and, if it belongs to a trace, the `traceId`.
 */
export const requestLogOptions: FastifyServerOptions = {
  logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
  requestIdHeader: false,
  genReqId: ({ headers }) => requestIdOf(headers),
  childLoggerFactory: (logger, bindings, options, { headers }) => {
    const traceId = traceIdOf(headers);
    return logger.child({ ...bindings, ...(traceId && { traceId }) }, options);
  },
};

/**
 * Logs one line for each request, and adds the request id to each response. The line contains
 * nothing from a body, query or header.
 */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ id }, reply) => void reply.header('x-request-id', id));
  app.addHook('onResponse', async (request, reply) => {
    const level = QUIET_ROUTES.has(request.routeOptions.url) ? 'debug' : 'info';
    request.log[level](lineOf(request, reply), 'request');
  });
}

function lineOf(request: FastifyRequest, reply: FastifyReply) {
  const { method, url, routeOptions, caller } = request;
  const jobId = jobOf(request, reply);
  return {
    method,
    route: request.is404 ? null : (routeOptions.url ?? null),
    path: url.split('?')[0],
    status: reply.statusCode,
    milliseconds: Math.round(reply.elapsedTime * 10) / 10,
    ...(reply.problem && { problem: reply.problem }),
    ...(caller?.keyId && { keyId: caller.keyId, project: caller.project }),
    ...(jobId && { jobId }),
  };
}

/** The job that the request is about, or has created. */
export function jobOf({ params, routeOptions }: FastifyRequest, reply: FastifyReply): string | undefined {
  if (routeOptions.url?.startsWith('/v1/jobs/:id')) return (params as { readonly id: string }).id;
  return /^\/v1\/jobs\/(job_\w+)$/.exec(String(reply.getHeader('location')))?.[1];
}
