import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Tenant } from '../kit/contract/caller.ts';
import { unlessMissing } from '../kit/contract/errors.ts';
import { type Idempotent, idempotencyHeaders } from '../kit/contract/idempotency.ts';
import { errorResponses, jsonResponse } from '../kit/contract/wire.ts';
import { type Model, modelSchema } from '../models/schemas.ts';
import { ensembleRequest, resumeRequest, sweepParams, sweepSchema } from './schemas.ts';
import type { Sweeps } from './service.ts';

export interface SweepActionRoutesDeps {
  readonly sweeps: (tenant: Tenant) => Sweeps;
  readonly getModel: (tenant: Tenant, id: string) => Promise<Model>;
}

const tags = ['Sweeps'];
const config = { scope: 'train' } as const;

/** `/v1/sweeps/{id}/pause` and the like. */
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
          'No more trials are asked for, and those that run pause with all that they need to go on. To pause a paused sweep changes nothing.',
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
        summary: 'Resume a sweep, or give it more trials',
        description:
          'A paused sweep goes on as if it had never stopped. One that is over goes on with `trials` more, learning from those that it has; trials that were cancelled count as failed. What ended it, a target, a time or no progress, does not end it again: the time begins anew, the others are taken away.',
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
          'Ends the sweep at once and cancels its trials; those that have ended stay with their models. To cancel a cancelled sweep changes nothing.',
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
        summary: 'Make one model of the best trials',
        description:
          'The new model predicts like any other: the mean of what the models of the best trials predict, probabilities or values. It stays when they are deleted.',
        params: sweepParams,
        headers: idempotencyHeaders,
        body: ensembleRequest,
        response: {
          201: jsonResponse('The model; `Location` names it.', modelSchema),
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
