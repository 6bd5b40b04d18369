import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Tenant } from '../kit/contract/caller.ts';
import { errorResponses, jsonResponse } from '../kit/contract/wire.ts';
import { extensionSchema, jobParams, jobSchema, retrySchema } from './schemas.ts';
import type { Jobs } from './service.ts';

/** The actions that need no body. */
const PLAIN_ACTIONS = {
  pause: {
    summary: 'Pause a job',
    description:
      'A running job writes a checkpoint at its next step and frees its thread. Until then it is `running`, and `requested` is `pause`. ' +
      'A queued job is paused at once. Pausing a paused job changes nothing.',
  },
  resume: {
    summary: 'Resume a job',
    description:
      'Queues a paused job. It resumes at the step at which it was paused, and ends with the same parameters as without the pause. ' +
      'A pause that is still requested is withdrawn. A trial that its sweep has halted is resumed by the sweep only.',
  },
  stop: {
    summary: 'Stop a job and create its model',
    description:
      'Ends the training at its next step and creates a model of the best epoch so far: the job succeeds. Within the first epoch, the incomplete epoch is evaluated ' +
      'and becomes the model. A paused job, or a queued one with a checkpoint, is queued so that a worker creates the model. A job that has not trained yet cannot be stopped: cancel it instead.',
  },
  cancel: {
    summary: 'Cancel a job',
    description:
      'A running job stops at its next step and creates no model; `GET /v1/jobs/{id}?wait=` waits until it has stopped. A queued or paused job is cancelled at once. Cancelling a cancelled job changes nothing. ' +
      'A model that the job created before it was extended is not deleted.',
  },
} as const;
type PlainAction = keyof typeof PLAIN_ACTIONS;

/** `/v1/jobs/{id}/pause` and the other actions. */
export function jobActionRoutes({ jobs }: { readonly jobs: (tenant: Tenant) => Jobs }): FastifyPluginAsyncZod {
  return async (app) => {
    // Object.keys loses the type of the keys of a constant table.
    for (const action of Object.keys(PLAIN_ACTIONS) as PlainAction[]) {
      app.post(`/v1/jobs/:id/${action}`, {
        config: { scope: 'train' },
        schema: {
          tags: ['Jobs'],
          operationId: `${action}Job`,
          ...PLAIN_ACTIONS[action],
          params: jobParams,
          response: { 200: jsonResponse('The job.', jobSchema), ...errorResponses(404, 409) },
        },
        handler: ({ caller, params }) => jobs(caller)[action](params.id),
      });
    }

    app.post('/v1/jobs/:id/retry', {
      config: { scope: 'train' },
      schema: {
        tags: ['Jobs'],
        operationId: 'retryJob',
        summary: 'Retry a job',
        description:
          'Queues a job that has failed or was cancelled. It resumes from its last checkpoint if it has one; otherwise it starts from the beginning. After a diverged loss it always starts from the beginning ' +
          'and diverges again, unless `fix` is true: then it trains with smaller steps, which `error.fix` of the job lists.',
        params: jobParams,
        body: retrySchema.nullish().meta({ examples: [{ fix: true }] }),
        response: { 200: jsonResponse('The job.', jobSchema), ...errorResponses(400, 404, 409, 413, 415) },
      },
      handler: ({ caller, params, body }) => jobs(caller).retry(params.id, body?.fix),
    });

    app.post('/v1/jobs/:id/extend', {
      config: { scope: 'train' },
      schema: {
        tags: ['Jobs'],
        operationId: 'extendJob',
        summary: 'Extend a job',
        description:
          'Queues a job that has succeeded, for more epochs. It resumes from its last step, not from its best epoch, with the state of the optimizer. It creates a new model of the best of all epochs; ' +
          'the earlier model stays. The learning rate schedule spans the new number of epochs, so that a decayed learning rate may rise again. The patience of early stopping restarts. A trial of a sweep cannot be extended: its last step is not stored.',
        params: jobParams,
        body: extensionSchema,
        response: { 200: jsonResponse('The job.', jobSchema), ...errorResponses(400, 404, 409, 413, 415, 422) },
      },
      handler: ({ caller, params, body }) => jobs(caller).extend(params.id, body.epochs, body.after),
    });
  };
}
