import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Tenant } from '../../kit/contract/caller.ts';
import { errorResponses, jsonResponse, waitQuery } from '../../kit/contract/wire.ts';
import { sweepParams, trialSchema } from '../schemas.ts';
import type { AskAndTell } from './askAndTell.ts';
import { askRequest, askResponse, INSTEAD_OF_NAN, reportRequest, reportResponse, tellRequest } from './schemas.ts';

interface AskAndTellRoutesDeps {
  readonly sweeps: (tenant: Tenant) => AskAndTell;
  /** Aborted: the server closes. */
  readonly closing: AbortSignal;
}

const tags = ['Sweeps'];
const config = { scope: 'train' } as const;
const MS_PER_SECOND = 1000;

/** `/v1/sweeps/{id}/ask`, `/report` and `/tell`. */
export function askAndTellRoutes({ sweeps, closing }: AskAndTellRoutesDeps): FastifyPluginAsyncZod {
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
          200: jsonResponse('A trial, or why there is none.', askResponse),
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

    app.post('/v1/sweeps/:id/report', {
      config: { ...config, insteadOfNaN: INSTEAD_OF_NAN },
      schema: {
        tags,
        operationId: 'reportTrial',
        summary: 'Report how a trial is getting on',
        description:
          'Of an external sweep: says what a trial that runs has come to after an epoch, renews its lease, and answers whether it shall go on. The best so far counts. `median` gives a trial up ' +
          'that is worse than the median of the others at the same epoch. `asha` and `hyperband` give one up that is not among the best 1/`reductionFactor` at a rung: a trial outside does not ' +
          'wait to go on later. It is held against the trials that the search had looked at when it was asked for, all but the last `parallel` - 1 before it, so that the same seed and ' +
          '`parallel` prune the same, in whatever order trials report. `pruning.maxEpochs` says how many epochs a trial has. Without pruning reports are kept and nothing is given up. 409: the trial is over, as it is when the sweep was cancelled.',
        params: sweepParams,
        body: reportRequest,
        response: {
          200: jsonResponse('Whether to go on, and the trial.', reportResponse),
          ...errorResponses(400, 404, 409, 413, 415, 422),
        },
      },
      handler: ({ caller, params, body }) => sweeps(caller).report(params.id, body),
    });

    app.post('/v1/sweeps/:id/tell', {
      config: { ...config, insteadOfNaN: INSTEAD_OF_NAN },
      schema: {
        tags,
        operationId: 'tellTrial',
        summary: 'Tell what came of a trial',
        description:
          'Of an external sweep. What was pruned counts with the best that was reported of it. To tell the same again changes nothing; to tell something else of a trial that is over is 409.',
        params: sweepParams,
        body: tellRequest,
        response: { 200: jsonResponse('The trial.', trialSchema), ...errorResponses(400, 404, 409, 413, 415, 422) },
      },
      handler: ({ caller, params, body }) => sweeps(caller).tell(params.id, body),
    });
  };
}
