import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errorResponses, jsonResponse } from '../kit/contract/wire.ts';
import { aliasRoutes } from './aliases/routes.ts';
import { type PredictRoutesOptions, predictRoutes } from './predict/routes.ts';
import {
  deletionQuery,
  modelPage,
  modelParams,
  modelSchema,
  modelsQuery,
  parametersQuery,
  parametersSchema,
} from './schemas.ts';
import { splitRoutes } from './split/routes.ts';

const tags = ['Models'];

/** `/v1/models` and `/v1/aliases`. */
export function modelRoutes({ models, maxBodyBytes }: PredictRoutesOptions): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/v1/models', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'listModels',
        summary: 'List models',
        description: 'Newest first, without what may be large.',
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
        description: 'What it reads and predicts, its layers with their shapes, and how good it is.',
        params: modelParams,
        response: { 200: jsonResponse('The model.', modelSchema), ...errorResponses(400, 404) },
      },
      handler: ({ caller, params }) => models(caller).get(params.id),
    });

    app.delete('/v1/models/:id', {
      config: { scope: 'train' },
      schema: {
        tags,
        operationId: 'deleteModel',
        summary: 'Delete a model',
        description:
          'Deletes the model; its job and ensembles with a copy of it stay. Refused (`model_in_use`) while an alias names the model, unless `force` is given.',
        params: modelParams,
        querystring: deletionQuery,
        response: { 204: z.null().describe('Deleted.'), ...errorResponses(400, 404, 409) },
      },
      handler: async ({ caller, params, query }, reply) => {
        await models(caller).remove(params.id, query.force === 'true');
        return reply.code(204).send(null);
      },
    });

    app.get('/v1/models/:id/parameters', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'getParameters',
        summary: 'Get the parameters of a model',
        description:
          'W (n[l], n[l-1]) and b (n[l], 1) of every layer, and those of its normalization: gamma and beta, and the mean and var that training measured. ' +
          'Of an ensemble: the same of each member.',
        params: modelParams,
        querystring: parametersQuery,
        response: {
          200: jsonResponse('The parameters.', parametersSchema),
          ...errorResponses(400, 404),
        },
      },
      handler: async ({ caller, params }, reply) => {
        const pieces = await models(caller).parameters(params.id);
        // A stream passes the serializer by; the type of the answer is that of its parsed JSON.
        return reply.type('application/json; charset=utf-8').send(Readable.from(pieces) as never);
      },
    });

    await app.register(splitRoutes({ models }));
    await app.register(predictRoutes({ models, maxBodyBytes }));
    await app.register(aliasRoutes({ aliases: (tenant) => models(tenant).aliases }));
  };
}
