import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Tenant } from '../../kit/contract/caller.ts';
import { errorResponses, jsonResponse, waitQuery } from '../../kit/contract/wire.ts';
import { sweepParams } from '../schemas.ts';
import { trialSchema } from '../trials/schemas.ts';
import type { AskAndTell } from './askAndTell.ts';
import { askRequest, askResponse, INSTEAD_OF_NAN, reportRequest, reportResponse, tellRequest } from './schemas.ts';

export interface AskAndTellRoutesDeps {
  readonly askAndTell: (tenant: Tenant) => AskAndTell;
  /** Called when the server closes. */
  readonly close: () => Promise<void>;
}

const tags = ['Sweeps'];
const config = { scope: 'train' } as const;
const MS_PER_SECOND = 1000;

/** `/v1/sweeps/{id}/ask`, `/report` and `/tell`. */
export function askAndTellRoutes({ askAndTell, close }: AskAndTellRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const closing = new AbortController();
    // Responses that wait would delay the shutdown.
    app.addHook('preClose', async () => closing.abort());
    app.addHook('onClose', close);

    app.post('/v1/sweeps/:id/ask', {
      config,
      schema: {
        tags,
        operationId: 'askTrial',
        summary: 'Ask for the next trial',
        description:
          'For an external sweep: creates a trial and leases it to the client. A trial whose lease expired is leased again. While `parallel` trials are running there is none; with `wait`, the response ' +
          'is delayed until there is one or the time is up.',
        params: sweepParams,
        querystring: waitQuery,
        body: askRequest,
        response: {
          200: jsonResponse('A trial, or the reason why there is none.', askResponse),
          ...errorResponses(400, 404, 409, 413, 415),
        },
      },
      handler: ({ caller, params, query, body, signal }) =>
        askAndTell(caller).ask(params.id, {
          leaseSeconds: body.leaseSeconds,
          waitMs: query.wait * MS_PER_SECOND,
          signal: AbortSignal.any([signal, closing.signal]),
        }),
    });

    app.post('/v1/sweeps/:id/report', {
      config: { ...config, insteadOfNaN: INSTEAD_OF_NAN },
      schema: {
        tags,
        operationId: 'reportTrial',
        summary: 'Report an intermediate result',
        description:
          'For an external sweep: stores the objective of a running trial after an epoch, renews its lease, and returns whether to prune it. The best objective so far counts. `median` prunes a trial ' +
          'that is worse than the median of the others at the same epoch. `asha` and `hyperband` prune a trial that is not among the best 1/`reductionFactor` at a rung; an external trial cannot ' +
          'wait and resume later. A trial is compared with the trials that had a result for the search when it was created: all but the last `parallel` - 1 before it. So the same seed and ' +
          '`parallel` prune the same trials, in whatever order they report. `pruning.maxEpochs` is the number of epochs of a trial. Without pruning, reports are stored and nothing is pruned. 409: the trial has ended, for example because the sweep was cancelled.',
        params: sweepParams,
        body: reportRequest,
        response: {
          200: jsonResponse('Whether to prune the trial, and the trial.', reportResponse),
          ...errorResponses(400, 404, 409, 413, 415, 422),
        },
      },
      handler: ({ caller, params, body }) => askAndTell(caller).report(params.id, body),
    });

    app.post('/v1/sweeps/:id/tell', {
      config: { ...config, insteadOfNaN: INSTEAD_OF_NAN },
      schema: {
        tags,
        operationId: 'tellTrial',
        summary: 'Report the result of a trial',
        description:
          'For an external sweep. The best report is the result of a pruned trial. No effect if the trial has the same result already; 409 if it has another one.',
        params: sweepParams,
        body: tellRequest,
        response: { 200: jsonResponse('The trial.', trialSchema), ...errorResponses(400, 404, 409, 413, 415, 422) },
      },
      handler: ({ caller, params, body }) => askAndTell(caller).tell(params.id, body),
    });
  };
}
