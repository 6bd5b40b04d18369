import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Tenant } from '../kit/contract/caller.ts';
import { unlessMissing } from '../kit/contract/errors.ts';
import { type Idempotent, idempotencyHeaders } from '../kit/contract/idempotency.ts';
import { errorResponses, jsonResponse, waitQuery } from '../kit/contract/wire.ts';
import { sweepRequestSchema } from './request/schema.ts';
import { previewSchema, sweepPage, sweepParams, sweepSchema, sweepsQuery } from './schemas.ts';
import type { Sweeps } from './service.ts';

export interface SweepRoutesDeps {
  readonly sweeps: (tenant: Tenant) => Sweeps;
}

const tags = ['Sweeps'];
const MS_PER_SECOND = 1000;

/** `/v1/sweeps` and `/v1/sweeps/{id}`. */
export function sweepRoutes({ sweeps }: SweepRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const closing = new AbortController();
    // Responses that wait would delay the shutdown.
    app.addHook('preClose', async () => closing.abort());

    const idempotent: Idempotent = {
      prefix: 'swp',
      status: 202,
      find: ({ caller }, id) => unlessMissing('sweep_not_found', sweeps(caller).get(id)),
    };
    app.post('/v1/sweeps', {
      config: { scope: 'train', idempotent },
      schema: {
        tags,
        operationId: 'createSweep',
        summary: 'Search for hyperparameters',
        description:
          'Varies the paths of the job that `space` names. Each choice of values is a trial, which trains as a job of its own. Every impossible setting is reported before the first trial. ' +
          'The same seed and `parallel` give the same trials in the same order and the same best trial, however long each takes and whatever is paused or killed in between.',
        headers: idempotencyHeaders,
        body: sweepRequestSchema,
        response: {
          202: jsonResponse('The sweep was started. `Location` is its URL.', sweepSchema),
          ...errorResponses(400, 409, 413, 415, 422),
        },
      },
      // The service validates the body, so that all mistakes of a space are reported in the same
      // way.
      validatorCompiler: () => (body) => ({ value: body }),
      handler: async (request, reply) => {
        const sweep = await sweeps(request.caller).submit(request.body, request.idempotentId);
        return reply.code(202).header('location', `/v1/sweeps/${sweep.id}`).send(sweep);
      },
    });

    app.post('/v1/sweeps/preview', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'previewSweep',
        summary: 'Preview a sweep',
        description:
          'Checks the request as `POST /v1/sweeps` does but starts nothing. Returns the number of trials, the estimated time and size, and the first ten trials.',
        body: sweepRequestSchema,
        response: { 200: jsonResponse('The preview.', previewSchema), ...errorResponses(400, 409, 413, 415, 422) },
      },
      validatorCompiler: () => (body) => ({ value: body }),
      handler: ({ caller, body }) => sweeps(caller).preview(body),
    });

    app.get('/v1/sweeps', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'listSweeps',
        summary: 'List sweeps',
        description: 'Newest first.',
        querystring: sweepsQuery,
        response: { 200: jsonResponse('One page.', sweepPage), ...errorResponses(400) },
      },
      handler: async ({ caller, query }) => {
        const { items, next } = await sweeps(caller).list(query);
        return { items: [...items], next };
      },
    });

    app.get('/v1/sweeps/:id', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'getSweep',
        summary: 'Get a sweep',
        description:
          'The state of the search. With `wait`, the response is delayed until the state is final or the time is up.',
        params: sweepParams,
        querystring: waitQuery,
        response: { 200: jsonResponse('The sweep.', sweepSchema), ...errorResponses(400, 404) },
      },
      handler: ({ caller, params, query, signal }) =>
        sweeps(caller).get(params.id, {
          waitMs: query.wait * MS_PER_SECOND,
          signal: AbortSignal.any([signal, closing.signal]),
        }),
    });

    app.delete('/v1/sweeps/:id', {
      config: { scope: 'train' },
      schema: {
        tags,
        operationId: 'deleteSweep',
        summary: 'Delete a sweep',
        description:
          'Deletes the sweep with its trials and their jobs, but not their models. Cancel a sweep that is not final first.',
        params: sweepParams,
        response: { 204: z.null().describe('Deleted.'), ...errorResponses(404, 409) },
      },
      handler: async ({ caller, params }, reply) => {
        await sweeps(caller).remove(params.id);
        return reply.code(204).send(null);
      },
    });
  };
}
