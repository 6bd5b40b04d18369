import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Tenant } from '../../kit/contract/caller.ts';
import { streamed } from '../../kit/contract/streamed.ts';
import { errorResponses } from '../../kit/contract/wire.ts';
import { modelParams } from '../stored/modelName.ts';
import { type SplitQuery, splitCsvResponse, splitQuery, splitResponse } from './schemas.ts';
import type { Splits } from './service.ts';
import { splitCsv, splitPage } from './splitPage.ts';

/** `GET /v1/models/{id}/split`. */
export function splitRoutes({ splits }: { readonly splits: (tenant: Tenant) => Splits }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/v1/models/:id/split', {
      config: { scope: 'read' },
      schema: {
        tags: ['Models'],
        operationId: 'getSplit',
        summary: 'Get the split of a model',
        description:
          'Lists which rows of the dataset were training, validation and test rows. The rows are stored with the model, so they are exactly those that its training used, also after the dataset was deleted. ' +
          'All members of an ensemble have the same rows, which are the rows of the ensemble.',
        params: modelParams,
        querystring: splitQuery,
        response: {
          200: {
            description: 'The rows of each part.',
            content: {
              'application/json': { schema: splitResponse },
              'text/csv': { schema: streamed(splitCsvResponse) },
            },
          },
          ...errorResponses(400, 404),
        },
      },
      handler: async (request, reply) => {
        const found = await splits(request.caller).get(request.params.id);
        reply.header('vary', 'Accept');
        if (!wantsCsv(request, request.query)) return splitPage(found, request.query);
        return reply.type('text/csv; charset=utf-8').send(Readable.from(splitCsv(found.split, request.query)));
      },
    });
  };
}

function wantsCsv({ headers }: Pick<FastifyRequest, 'headers'>, { format }: SplitQuery): boolean {
  if (format !== undefined) return format === 'csv';
  const accepted = headers.accept?.toLowerCase() ?? '';
  return accepted.includes('text/csv') && !accepted.includes('application/json');
}
