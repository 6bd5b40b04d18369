import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Tenant } from '../kit/contract/caller.ts';
import { unlessMissing } from '../kit/contract/errors.ts';
import { type Idempotent, idempotencyHeaders } from '../kit/contract/idempotency.ts';
import { errorResponses, jsonResponse } from '../kit/contract/wire.ts';
import { type Model, modelSchema } from '../models/schemas.ts';
import type { SweepRoutesDeps } from './routes.ts';
import { ensembleRequest, resumeRequest, sweepParams, sweepSchema } from './schemas.ts';

export interface SweepActionRoutesDeps extends SweepRoutesDeps {
  readonly getModel: (tenant: Tenant, id: string) => Promise<Model>;
}

const tags = ['Sweeps'];
const config = { scope: 'train' } as const;

/** `/v1/sweeps/{id}/pause`, `/resume`, `/cancel` and `/ensemble`. */
export function sweepActionRoutes({ sweeps, getModel }: SweepActionRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const idempotent: Idempotent = {
      prefix: 'mdl',
      status: 201,
      find: ({ caller }, id) => unlessMissing('model_not_found', getModel(caller, id)),
    };

    app.post('/v1/sweeps/:id/pause', {
      config,
      schema: {
        tags,
        operationId: 'pauseSweep',
        summary: 'Pause a sweep',
        description:
          'Creates no more trials and pauses the running ones with everything that they need to resume. No effect on a paused sweep.',
        params: sweepParams,
        response: { 200: jsonResponse('The sweep.', sweepSchema), ...errorResponses(404, 409) },
      },
      handler: ({ caller, params }) => sweeps(caller).pause(params.id),
    });

    app.post('/v1/sweeps/:id/resume', {
      config,
      schema: {
        tags,
        operationId: 'resumeSweep',
        summary: 'Resume a sweep, or add trials',
        description:
          'A paused sweep resumes as if it had never stopped. A final one resumes with `trials` more trials and learns from the earlier ones; cancelled trials count as failed. Clears the previous end conditions: the clock restarts; target and patience are removed.',
        params: sweepParams,
        body: resumeRequest.nullish().meta({ examples: [{ trials: 20 }] }),
        response: { 200: jsonResponse('The sweep.', sweepSchema), ...errorResponses(400, 404, 409, 413, 415, 422) },
      },
      handler: ({ caller, params, body }) => sweeps(caller).resume(params.id, body?.trials),
    });

    app.post('/v1/sweeps/:id/cancel', {
      config,
      schema: {
        tags,
        operationId: 'cancelSweep',
        summary: 'Cancel a sweep',
        description:
          'Ends the sweep at once and cancels its open trials. Trials that have ended are not changed, nor are their models. No effect on a cancelled sweep.',
        params: sweepParams,
        response: { 200: jsonResponse('The sweep.', sweepSchema), ...errorResponses(404, 409) },
      },
      handler: ({ caller, params }) => sweeps(caller).cancel(params.id),
    });

    app.post('/v1/sweeps/:id/ensemble', {
      config: { ...config, idempotent },
      schema: {
        tags,
        operationId: 'createEnsemble',
        summary: 'Combine the best trials into one model',
        description:
          'The new model predicts like any other: the mean of the predictions of the best trials, probabilities or values. It does not depend on their models, which can be deleted.',
        params: sweepParams,
        headers: idempotencyHeaders,
        body: ensembleRequest,
        response: {
          201: jsonResponse('The model. `Location` is its URL.', modelSchema),
          ...errorResponses(400, 404, 409, 413, 415, 422),
        },
      },
      handler: async ({ caller, params, body, idempotentId }, reply) => {
        const model = await sweeps(caller).ensemble(params.id, body, idempotentId);
        return reply.code(201).header('location', `/v1/models/${model.id}`).send(model);
      },
    });
  };
}
