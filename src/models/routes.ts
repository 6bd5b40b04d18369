import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Tenant } from '../kit/contract/caller.ts';
import { errorResponses, jsonResponse } from '../kit/contract/wire.ts';
import { deletionQuery, modelChange, modelPage, modelSchema, modelsQuery } from './schemas.ts';
import type { Models } from './service.ts';
import { modelParams } from './stored/modelName.ts';

const tags = ['Models'];

/** `/v1/models` and `/v1/models/{id}`. */
export function modelRoutes({ models }: { readonly models: (tenant: Tenant) => Models }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/v1/models', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'listModels',
        summary: 'List models',
        description: 'Newest first, without the fields that may be large.',
        querystring: modelsQuery,
        response: { 200: jsonResponse('A page of models.', modelPage), ...errorResponses(400) },
      },
      handler: ({ caller, query }) => models(caller).list(query),
    });

    app.get('/v1/models/:id', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'getModel',
        summary: 'Get a model',
        description: 'Returns its inputs and target, its layers with their shapes, and its metrics.',
        params: modelParams,
        response: { 200: jsonResponse('The model.', modelSchema), ...errorResponses(400, 404) },
      },
      handler: ({ caller, params }) => models(caller).get(params.id),
    });

    app.patch('/v1/models/:id', {
      config: { scope: 'train' },
      schema: {
        tags,
        operationId: 'changeModel',
        summary: 'Change the name, the labels or the notes of a model',
        description:
          'Changes the given fields. `labels` replaces all labels. Everything else about a model never changes.',
        params: modelParams,
        body: modelChange,
        response: {
          200: jsonResponse('The changed model.', modelSchema),
          ...errorResponses(400, 404, 413, 415),
        },
      },
      handler: ({ caller, params, body }) => models(caller).change(params.id, body),
    });

    app.delete('/v1/models/:id', {
      config: { scope: 'train' },
      schema: {
        tags,
        operationId: 'deleteModel',
        summary: 'Delete a model',
        description:
          'Deletes the model, but not its job, and not ensembles that have a copy of it. Refused (`model_in_use`) while an alias names the model, unless `force` is given.',
        params: modelParams,
        querystring: deletionQuery,
        response: { 204: z.null().describe('Deleted.'), ...errorResponses(400, 404, 409) },
      },
      handler: async ({ caller, params, query }, reply) => {
        await models(caller).remove(params.id, query.force === 'true');
        return reply.code(204).send(null);
      },
    });
  };
}
