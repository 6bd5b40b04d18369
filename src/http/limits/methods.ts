import { METHODS } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { ServiceError } from '../../kit/contract/errors.ts';

/** Node passes no such request to the app. */
const UNROUTABLE_METHOD = 'CONNECT';
const OPTIONS = 'OPTIONS';

/**
 * Collects every path that is registered from now on; call the returned function after the last
 * route.
 */
export function rejectOtherMethods(app: FastifyInstance): () => void {
  // Fastify knows only a few methods by default, and would search no route for the others.
  for (const name of METHODS) {
    if (name !== UNROUTABLE_METHOD && !app.supportedMethods.includes(name)) app.addHttpMethod(name);
  }
  const paths = new Set<string>();
  app.addHook('onRoute', ({ url }) => {
    paths.add(url);
  });
  return () => {
    for (const url of [...paths]) rejectOthers(app, url);
  };
}

/**
 * Responds to OPTIONS with 204 (RFC 9110, 9.3.7) and to every other method with 405 (15.5.6), both
 * with Allow, before a body is read.
 */
function rejectOthers(app: FastifyInstance, url: string): void {
  const served = app.supportedMethods.filter((method) => app.hasRoute({ method, url }));
  const allow = [...served, OPTIONS].sort().join(', ');
  const common = {
    url,
    config: { scope: 'public', readsPathOnly: true },
    schema: { hide: true },
    handler: () => undefined,
  } as const;
  app.route({
    ...common,
    method: OPTIONS,
    onRequest: async (_request, reply) => reply.code(204).header('allow', allow).send(),
  });
  app.route({
    ...common,
    method: app.supportedMethods.filter((name) => !served.includes(name) && name !== OPTIONS),
    onRequest: async (request, reply) => {
      reply.header('allow', allow);
      throw new ServiceError('method_not_allowed', `${request.method} is not supported here. Use ${allow}.`);
    },
  });
}
