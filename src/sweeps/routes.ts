import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { unlessMissing } from '../kit/contract/errors.ts';
import { type Idempotent, idempotencyHeaders } from '../kit/contract/idempotency.ts';
import { errorResponses, jsonResponse, waitQuery } from '../kit/contract/wire.ts';
import { type SweepActionRoutesDeps, sweepActionRoutes } from './actionRoutes.ts';
import { askAndTellRoutes } from './external/routes.ts';
import { sweepRequestSchema } from './request/schema.ts';
import {
  importanceSchema,
  previewSchema,
  sweepPage,
  sweepParams,
  sweepSchema,
  sweepsQuery,
  trialPage,
  trialSchema,
  trialsQuery,
} from './schemas.ts';

export interface SweepRoutesDeps extends SweepActionRoutesDeps {
  /** Called when the server closes. */
  readonly close: () => Promise<void>;
}

const tags = ['Sweeps'];
const MS_PER_SECOND = 1000;

/** `/v1/sweeps`. */
export function sweepRoutes({ sweeps, getModel, close }: SweepRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const closing = new AbortController();
    // Held answers would hold the server's end back.
    app.addHook('preClose', async () => closing.abort());
    app.addHook('onClose', close);
    await app.register(sweepActionRoutes({ sweeps, getModel }));
    await app.register(askAndTellRoutes({ sweeps, closing: closing.signal }));

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
          'Varies what `space` names of the job, and trains each choice as a job of its own: a trial. All that is impossible is told at once, before the first trial. ' +
          'The same seed and `parallel` ask for the same trials in the same order and end with the same best, however long each takes and whatever is paused or killed in between.',
        headers: idempotencyHeaders,
        body: sweepRequestSchema,
        response: {
          202: jsonResponse('Begun; `Location` names the sweep.', sweepSchema),
          ...errorResponses(400, 409, 413, 415, 422),
        },
      },
      // The service checks the body, so that a space with mistakes is answered in the same words everywhere.
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
        summary: 'Say what a sweep would do',
        description:
          'Checks the request as `POST /v1/sweeps` does and runs nothing: how many trials, about how long and how large, and the first ten.',
        body: sweepRequestSchema,
        response: { 200: jsonResponse('What it would do.', previewSchema), ...errorResponses(400, 409, 413, 415, 422) },
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
          'How the search stands. With `wait`, the answer is held back until the state is final or the time is up.',
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

    app.get('/v1/sweeps/:id/trials', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'listTrials',
        summary: 'List the trials of a sweep',
        description:
          'In the order in which they were asked, or by their objective. While the sweep runs a later page may repeat or miss one where the order is by objective.',
        params: sweepParams,
        querystring: trialsQuery,
        response: { 200: jsonResponse('One page.', trialPage), ...errorResponses(400, 404) },
      },
      handler: async ({ caller, params, query }) => {
        const { items, next } = await sweeps(caller).trials(params.id, query);
        return { items: [...items], next };
      },
    });

    app.get('/v1/sweeps/:id/trials/:number', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'getTrial',
        summary: 'Get a trial',
        description: 'One choice of hyperparameters and what it came to.',
        params: sweepParams.extend({ number: z.string().describe('The number of a trial.') }),
        response: { 200: jsonResponse('The trial.', trialSchema), ...errorResponses(404) },
      },
      handler: ({ caller, params }) => sweeps(caller).trial(params.id, params.number),
    });

    app.get('/v1/sweeps/:id/importance', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'getSweepImportance',
        summary: 'Say which hyperparameters mattered',
        description:
          'By functional ANOVA: a forest learns the objective of the trials, and a hyperparameter matters as much as the mean that the forest expects varies by it.',
        params: sweepParams,
        response: { 200: jsonResponse('The importances.', importanceSchema), ...errorResponses(404, 409) },
      },
      handler: ({ caller, params }) => sweeps(caller).importance(params.id),
    });

    app.delete('/v1/sweeps/:id', {
      config: { scope: 'train' },
      schema: {
        tags,
        operationId: 'deleteSweep',
        summary: 'Delete a sweep',
        description:
          'Deletes the sweep with its trials and their jobs; their models stay. A sweep that is not over has to be cancelled first.',
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
