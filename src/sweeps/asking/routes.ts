import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Tenant } from '../../kit/caller.ts';
import { answer, errorResponses, waitQuery } from '../../kit/wire.ts';
import { askAnswer, askRequest, sweepParams, tellRequest, trialSchema } from '../schemas.ts';
import type { AskAndTell } from './asking.ts';

interface AskingRoutesParts {
  readonly sweeps: (tenant: Tenant) => AskAndTell;
  /** Aborted: the server closes. */
  readonly closing: AbortSignal;
}

const tags = ['Sweeps'];
const config = { scope: 'train' } as const;
const MS_PER_SECOND = 1000;

/** `/v1/sweeps/{id}/ask` and `/tell`. */
export function askingRoutes({ sweeps, closing }: AskingRoutesParts): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/v1/sweeps/:id/ask', {
      config,
      schema: {
        tags,
        operationId: 'askTrial',
        summary: 'Ask what to try next',
        description:
          'Of an external sweep: gives a trial and leases it. One whose lease has run out is given again. While `parallel` trials are out there is nothing to ask for; with `wait`, the answer ' +
          'is held back until there is, or the time is up.',
        params: sweepParams,
        querystring: waitQuery,
        body: askRequest,
        response: {
          200: answer('A trial, or why there is none.', askAnswer),
          ...errorResponses(400, 404, 409, 413, 415),
        },
      },
      handler: ({ caller, params, query, body, signal }) =>
        sweeps(caller).ask(params.id, {
          leaseSeconds: body.leaseSeconds,
          waitMs: query.wait * MS_PER_SECOND,
          signal: AbortSignal.any([signal, closing]),
        }),
    });

    app.post('/v1/sweeps/:id/tell', {
      config,
      schema: {
        tags,
        operationId: 'tellTrial',
        summary: 'Tell what came of a trial',
        description:
          'Of an external sweep. To tell the same again changes nothing; to tell something else of a trial that is over is 409.',
        params: sweepParams,
        body: tellRequest,
        response: { 200: answer('The trial.', trialSchema), ...errorResponses(400, 404, 409, 413, 415, 422) },
      },
      handler: ({ caller, params, body }) => sweeps(caller).tell(params.id, body),
    });
  };
}
