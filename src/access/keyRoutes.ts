import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { unlessMissing } from '../kit/errors.ts';
import { type Idempotent, onceHeaders } from '../kit/idempotency.ts';
import { answer, errorResponses } from '../kit/wire.ts';
import { createdKeySchema, keyPage, keyParams, keyRequest, keysQuery } from './keySchemas.ts';
import type { Keys } from './keys.ts';

const tags = ['Access'];
const config = { scope: 'admin' } as const;

/** `/v1/keys`. */
export function keyRoutes({ keys }: { readonly keys: Keys }): FastifyPluginAsyncZod {
  return async (app) => {
    const idempotent: Idempotent = {
      prefix: 'key',
      status: 201,
      find: ({ caller }, id) => unlessMissing('key_not_found', keys.get(caller, id)),
      toldOnce: true,
    };
    app.post('/v1/keys', {
      config: { ...config, idempotent },
      schema: {
        tags,
        operationId: 'createKey',
        summary: 'Make an API key',
        description:
          'The answer has the key itself, this once. With the first key the service begins to want one for everything.',
        headers: onceHeaders,
        body: keyRequest,
        response: { 201: answer('The key.', createdKeySchema), ...errorResponses(400, 404, 409, 413, 415, 422) },
      },
      handler: async ({ caller, body, idempotentId }, reply) => {
        const key = await keys.create(caller, body, idempotentId);
        return reply.code(201).header('cache-control', 'no-store').send(key);
      },
    });

    app.get('/v1/keys', {
      config,
      schema: {
        tags,
        operationId: 'listKeys',
        summary: 'List API keys',
        description:
          'Newest first, revoked ones too, without their secrets. An admin of `default` sees those of all projects.',
        querystring: keysQuery,
        response: { 200: answer('A page of keys.', keyPage), ...errorResponses(400, 404) },
      },
      handler: ({ caller, query }) => keys.list(caller, query),
    });

    app.delete('/v1/keys/:id', {
      config,
      schema: {
        tags,
        operationId: 'revokeKey',
        summary: 'Revoke an API key',
        description:
          'Refused from then on; what is being answered to it is cut off within seconds. It stays in the list. To revoke a revoked key changes nothing.',
        params: keyParams,
        response: { 204: z.null().describe('Revoked.'), ...errorResponses(400, 404) },
      },
      handler: async ({ caller, params }, reply) => {
        await keys.revoke(caller, params.id);
        return reply.code(204).send(null);
      },
    });
  };
}
