import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { unlessMissing } from '../kit/contract/errors.ts';
import { type Idempotent, onceHeaders } from '../kit/contract/idempotency.ts';
import { errorResponses, jsonResponse } from '../kit/contract/wire.ts';
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
      hasSecret: true,
    };
    app.post('/v1/keys', {
      config: { ...config, idempotent },
      schema: {
        tags,
        operationId: 'createKey',
        summary: 'Create an API key',
        description:
          'The response contains the key itself, which is not shown again. After the first key every request needs a key, so the first one ' +
          'must have the scope `admin` in the project `default`: any other gets 409 `admin_key_required`. If the admin key is lost or has ' +
          'expired, `trainyard keys create --name admin --scopes admin` on the machine creates another.',
        headers: onceHeaders,
        body: keyRequest,
        response: { 201: jsonResponse('The key.', createdKeySchema), ...errorResponses(400, 404, 409, 413, 415, 422) },
      },
      handler: async ({ caller, body, idempotentId }, reply) => {
        const key = await keys.create(caller, body, { id: idempotentId });
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
          'Newest first, including revoked ones, without their secrets. An admin of `default` sees the keys of all projects.',
        querystring: keysQuery,
        response: { 200: jsonResponse('A page of keys.', keyPage), ...errorResponses(400, 404) },
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
          'The key becomes invalid at once; responses in progress are aborted within seconds. It remains in the list. Revoking a revoked key ' +
          'changes nothing. The last valid admin key of `default` gets 409 `admin_key_required`: create another one first. Expiry is not ' +
          'checked: an admin key with `expiresAt` ends at that time, even if it is the last one.',
        params: keyParams,
        response: { 204: z.null().describe('Revoked.'), ...errorResponses(400, 404, 409) },
      },
      handler: async ({ caller, params }, reply) => {
        await keys.revoke(caller, params.id);
        return reply.code(204).send(null);
      },
    });
  };
}
