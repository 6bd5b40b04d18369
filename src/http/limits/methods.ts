import { METHODS } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { ServiceError } from '../../kit/errors.ts';

/** Node gives no request of it to the app. */
const NEVER_ASKED = 'CONNECT';

/** Collects every path that is registered from now on; call what it answers behind the last route. */
export function answerOtherMethods(app: FastifyInstance): () => void {
  // Fastify knows a few methods of itself, and would look for no path for the others.
  for (const name of METHODS) {
    if (name !== NEVER_ASKED && !app.supportedMethods.includes(name)) app.addHttpMethod(name);
  }
  const paths = new Set<string>();
  app.addHook('onRoute', ({ url }) => {
    paths.add(url);
  });
  return () => {
    for (const url of [...paths]) refuseOthers(app, url);
  };
}

/** 405 with Allow (RFC 9110, 15.5.6), before a body is looked at. */
function refuseOthers(app: FastifyInstance, url: string): void {
  const allow = app.supportedMethods.filter((method) => app.hasRoute({ method, url })).sort();
  app.route({
    method: app.supportedMethods.filter((name) => !allow.includes(name)),
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
