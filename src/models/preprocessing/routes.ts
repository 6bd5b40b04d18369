import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Tenant } from '../../kit/contract/caller.ts';
import { streamed } from '../../kit/contract/streamed.ts';
import { errorResponses, jsonResponse } from '../../kit/contract/wire.ts';
import { modelParams } from '../stored/modelName.ts';
import { preprocessingQuery, preprocessingSchema } from './schemas.ts';
import type { PreprocessingService } from './service.ts';

interface PreprocessingRoutesDeps {
  readonly preprocessing: (tenant: Tenant) => PreprocessingService;
}

/** `GET /v1/models/{id}/preprocessing`. */
export function preprocessingRoutes({ preprocessing }: PreprocessingRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/v1/models/:id/preprocessing', {
      config: { scope: 'read' },
      schema: {
        tags: ['Models'],
        operationId: 'getPreprocessing',
        summary: 'Get the preprocessing of a model',
        description:
          'The inputs of the matrix in order, each column with its kind and every number that was fitted to the training rows, and the scale of the target. With `parameters` it is enough to compute a prediction by hand. ' +
          'A missing number is replaced by `fill`. `standard` and `range` clip the scaled number to -20 to 20, as does `datetime`; `quantileNormal` is linear between its knots. A bin is 0 below its edges, 1 above, linear between. ' +
          'A boolean is -1 or 1, and 2 share - 1 where it is missing. A missing time has 0 in all of its inputs. Normalizations add 1e-5 to the variance. ' +
          'A category has the input of its position in `categories`, then one for the other categories, then one for missing values, where these exist. An unseen category counts as another one, or else as missing; without either, its inputs are `frequencies`. ' +
          'Of an ensemble: the same of each member, or of the one that `member` names; the prediction is the mean of their predictions.',
        params: modelParams,
        querystring: preprocessingQuery,
        response: {
          200: jsonResponse('The preprocessing.', streamed(preprocessingSchema)),
          ...errorResponses(400, 404),
        },
      },
      handler: async ({ caller, params, query }, reply) => {
        const chunks = await preprocessing(caller).json(params.id, query.member);
        return reply.type('application/json; charset=utf-8').send(Readable.from(chunks));
      },
    });
  };
}
