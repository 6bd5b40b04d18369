import type { FastifyInstance } from 'fastify';
import { ServiceError } from '../../kit/errors.ts';

/** Collects the methods of every documented path that is registered from now on; call what it answers behind the last route. */
export function answerOtherMethods(app: FastifyInstance): () => void {
  const methodsOf = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method, schema }) => {
    if (schema === undefined || schema.hide) return;
    const methods = methodsOf.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    methodsOf.set(url, methods);
  });
  return () => {
    for (const [url, methods] of [...methodsOf]) refuseOthers(app, url, [...methods]);
  };
}

/** 405 with Allow (RFC 9110, 15.5.6), before a body is looked at. */
function refuseOthers(app: FastifyInstance, url: string, methods: readonly string[]): void {
  const allow = [...(methods.includes('GET') ? ['HEAD'] : []), ...methods.filter((name) => name !== 'HEAD')].sort();
  const method = app.supportedMethods.filter((name) => !allow.includes(name));
  app.route({
    method,
    url,
    config: { scope: 'public' },
    schema: { hide: true },
    onRequest: async (request, reply) => {
      reply.header('allow', allow.join(', '));
      throw new ServiceError('method_not_allowed', `There is no ${request.method} here, but ${allow.join(', ')}.`);
    },
    handler: () => undefined,
  });
}
