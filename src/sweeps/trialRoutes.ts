import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errorResponses, jsonResponse } from '../kit/contract/wire.ts';
import type { SweepRoutesDeps } from './routes.ts';
import { sweepParams } from './schemas.ts';
import { importanceSchema, trialPage, trialSchema, trialsQuery } from './trials/schemas.ts';

const tags = ['Sweeps'];
const config = { scope: 'read' } as const;

/** `/v1/sweeps/{id}/trials` and `/v1/sweeps/{id}/importance`. */
export function trialRoutes({ sweeps }: SweepRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/v1/sweeps/:id/trials', {
      config,
      schema: {
        tags,
        operationId: 'listTrials',
        summary: 'List the trials of a sweep',
        description:
          'In the order in which they were created, or by objective. Sorted by objective, a later page can repeat or omit a trial while the sweep runs.',
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
      config,
      schema: {
        tags,
        operationId: 'getTrial',
        summary: 'Get a trial',
        description: 'One choice of hyperparameters and its result.',
        params: sweepParams.extend({ number: z.string().describe('The number of a trial.') }),
        response: { 200: jsonResponse('The trial.', trialSchema), ...errorResponses(404) },
      },
      handler: ({ caller, params }) => sweeps(caller).trial(params.id, params.number),
    });

    app.get('/v1/sweeps/:id/importance', {
      config,
      schema: {
        tags,
        operationId: 'getSweepImportance',
        summary: 'Get the importance of the hyperparameters',
        description:
          'Functional ANOVA: a forest learns the objective of the trials. The importance of a hyperparameter is the variance of the predicted mean over its values.',
        params: sweepParams,
        response: { 200: jsonResponse('The importances.', importanceSchema), ...errorResponses(404, 409) },
      },
      handler: ({ caller, params }) => sweeps(caller).importance(params.id),
    });
  };
}
