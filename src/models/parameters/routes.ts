import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Tenant } from '../../kit/contract/caller.ts';
import { streamed } from '../../kit/contract/streamed.ts';
import { errorResponses, jsonResponse } from '../../kit/contract/wire.ts';
import { modelParams } from '../stored/modelName.ts';
import { parametersQuery, parametersSchema } from './schemas.ts';
import type { Parameters } from './service.ts';

interface ParameterRoutesDeps {
  readonly parameters: (tenant: Tenant) => Parameters;
}

/** `GET /v1/models/{id}/parameters`. */
export function parameterRoutes({ parameters }: ParameterRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/v1/models/:id/parameters', {
      config: { scope: 'read' },
      schema: {
        tags: ['Models'],
        operationId: 'getParameters',
        summary: 'Get the parameters of a model',
        description:
          'W (n[l], n[l-1]) and b (n[l], 1) of every layer, and the parameters of its normalization: gamma and beta, and the mean and var that training measured. ' +
          'Before them those of the embedding: w and b (f, d - 1), s and t (f, d) of `cosine`; l and m (f, d) and V (bins, d) of `piecewiseLinear`, with the edges of its bins. ' +
          'Of an ensemble: the same of each member, or of the one that `member` names.',
        params: modelParams,
        querystring: parametersQuery,
        response: {
          200: jsonResponse('The parameters.', streamed(parametersSchema)),
          ...errorResponses(400, 404),
        },
      },
      handler: async ({ caller, params, query }, reply) => {
        const chunks = await parameters(caller).json(params.id, query.member);
        return reply.type('application/json; charset=utf-8').send(Readable.from(chunks));
      },
    });
  };
}
