import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Tenant } from '../kit/contract/caller.ts';
import { unlessMissing } from '../kit/contract/errors.ts';
import { type Idempotent, onceHeaders } from '../kit/contract/idempotency.ts';
import { errorResponses, jsonResponse, pageQuery } from '../kit/contract/wire.ts';
import {
  deliveryPage,
  newWebhookSchema,
  testResponse,
  webhookChange,
  webhookPage,
  webhookRequest,
  webhookSchema,
} from './schemas.ts';
import type { Webhooks } from './service.ts';

const tags = ['Webhooks'];
const params = z.object({ id: z.string().describe('The id of a webhook.') });

const CREATE_DESCRIPTION =
  'The URL is called with POST when a job or a sweep of the project ends. The calls follow Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature`, ' +
  'which is `v1,` and the base64 HMAC-SHA256 of `{id}.{timestamp}.{body}` with the secret (the bytes after `whsec_`, in base64). A response with a status from 200 to 299 within 10 seconds accepts the ' +
  'call. After any other there are seven more attempts over about a day; 410 ends them. Every attempt has the same `webhook-id`, and a call can arrive twice. Redirects are not followed. ' +
  'Calls to private networks, to this machine and to cloud metadata are refused when the call is made, whatever the host name resolves to.';

/** `/v1/webhooks`. */
export function webhookRoutes({
  webhooks,
}: {
  readonly webhooks: (tenant: Tenant) => Webhooks;
}): FastifyPluginAsyncZod {
  return async (app) => {
    const idempotent: Idempotent = {
      prefix: 'whk',
      status: 201,
      find: ({ caller }, id) => unlessMissing('webhook_not_found', webhooks(caller).get(id)),
      hasSecret: true,
    };
    app.post('/v1/webhooks', {
      config: { scope: 'train', idempotent },
      schema: {
        tags,
        operationId: 'createWebhook',
        summary: 'Create a webhook',
        description: CREATE_DESCRIPTION,
        headers: onceHeaders,
        body: webhookRequest,
        response: {
          201: jsonResponse('The webhook with its secret. `Location` is its URL.', newWebhookSchema),
          ...errorResponses(400, 409, 413, 415, 422),
        },
      },
      handler: async ({ caller, body, idempotentId }, reply) => {
        const webhook = await webhooks(caller).create(body, idempotentId);
        const location = `/v1/webhooks/${webhook.id}`;
        return reply.code(201).headers({ location, 'cache-control': 'no-store' }).send(webhook);
      },
    });

    app.get('/v1/webhooks', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'listWebhooks',
        summary: 'List webhooks',
        description: 'Newest first.',
        querystring: pageQuery,
        response: { 200: jsonResponse('One page.', webhookPage), ...errorResponses(400) },
      },
      handler: async ({ caller, query }) => {
        const { items, next } = await webhooks(caller).list(query);
        return { items: [...items], next };
      },
    });

    app.get('/v1/webhooks/:id', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'getWebhook',
        summary: 'Get a webhook',
        description: 'The URL and the events of a webhook, without its secret.',
        params,
        response: { 200: jsonResponse('The webhook.', webhookSchema), ...errorResponses(404) },
      },
      handler: ({ caller, params }) => webhooks(caller).get(params.id),
    });

    app.patch('/v1/webhooks/:id', {
      config: { scope: 'train' },
      schema: {
        tags,
        operationId: 'changeWebhook',
        summary: 'Change a webhook',
        description: 'Changes the given fields. The secret does not change. Pending deliveries go to the new URL.',
        params,
        body: webhookChange,
        response: {
          200: jsonResponse('The changed webhook.', webhookSchema),
          ...errorResponses(400, 404, 413, 415),
        },
      },
      handler: ({ caller, params, body }) => webhooks(caller).change(params.id, body),
    });

    app.delete('/v1/webhooks/:id', {
      config: { scope: 'train' },
      schema: {
        tags,
        operationId: 'deleteWebhook',
        summary: 'Delete a webhook',
        description: 'The URL is not called again. Pending deliveries are deleted.',
        params,
        response: { 204: z.null().describe('Deleted.'), ...errorResponses(404) },
      },
      handler: async ({ caller, params }, reply) => {
        await webhooks(caller).remove(params.id);
        return reply.code(204).send(null);
      },
    });

    app.get('/v1/webhooks/:id/deliveries', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'listDeliveries',
        summary: 'List the deliveries of a webhook',
        description:
          'Newest first, with the result and the duration of the last call. Test calls are included, with the type `webhook.test`. Finished deliveries are deleted after 30 days.',
        params,
        querystring: pageQuery,
        response: { 200: jsonResponse('One page.', deliveryPage), ...errorResponses(400, 404) },
      },
      handler: async ({ caller, params, query }) => {
        const { items, next } = await webhooks(caller).deliveries(params.id, query);
        return { items: [...items], next };
      },
    });

    app.post('/v1/webhooks/:id/test', {
      config: { scope: 'train' },
      schema: {
        tags,
        operationId: 'testWebhook',
        summary: 'Test a webhook',
        description:
          'Sends one signed `webhook.test` at once, without retries, and answers with its result. It appears in the deliveries of the webhook.',
        params,
        response: { 200: jsonResponse('The result.', testResponse), ...errorResponses(404) },
      },
      handler: ({ caller, params, signal }) => webhooks(caller).test(params.id, signal),
    });
  };
}
