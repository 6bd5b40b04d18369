import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Tenant } from '../../kit/contract/caller.ts';
import { streamed } from '../../kit/contract/streamed.ts';
import { errorResponses } from '../../kit/contract/wire.ts';
import { modelParams } from '../stored/modelName.ts';
import { exportedFile, exportedJson, exportQuery, MEDIA_TYPES } from './schemas.ts';
import type { Exports } from './service.ts';

/** `GET /v1/models/{id}/export`. */
export function exportRoutes({ exports }: { readonly exports: (tenant: Tenant) => Exports }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/v1/models/:id/export', {
      config: { scope: 'read' },
      schema: {
        tags: ['Models'],
        operationId: 'exportModel',
        summary: 'Export a model as a file',
        description:
          '`onnx` (opset 17, ai.onnx.ml 3) has the preprocessing inside and answers what `predict` answers. It has one input (rows, 1) for each column: numbers, booleans (0 and 1) and times (milliseconds since 1970) in float64, where NaN is missing, and categories as strings, where the empty string is missing. ' +
          'A number that the model reads as a category is text such as `5`. The outputs are `label` (rows) and `probabilities` (rows, classes), or `value` (rows, 1). Its metadata list the inputs, outputs and classes. All members of an ensemble are in one graph. ' +
          '`safetensors` and `npz` have the parameters in float32: `layers.1.W` and `embedding.w`, or `W1` and `w0`; those of an ensemble begin with `members.1.`. `json` has the answers of `preprocessing` and `parameters`.',
        params: modelParams,
        querystring: exportQuery,
        response: {
          200: {
            description: 'The file.',
            content: {
              'application/octet-stream': { schema: streamed(exportedFile) },
              'application/zip': { schema: streamed(exportedFile) },
              'application/json': { schema: streamed(exportedJson) },
            },
          },
          304: z.null().describe('The file has the ETag of `If-None-Match`.'),
          ...errorResponses(400, 404),
        },
      },
      handler: async ({ caller, params, query, headers }, reply) => {
        const file = await exports(caller).open(params.id, query);
        reply.header('etag', file.etag);
        if (headers['if-none-match'] === file.etag) return reply.code(304).send(null);
        const chunks = await file.chunks();
        reply.header('content-disposition', `attachment; filename="${file.name}"`);
        return reply.type(MEDIA_TYPES[query.format]).send(Readable.from(chunks));
      },
    });
  };
}
