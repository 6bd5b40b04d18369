import multipart from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { MEDIA_TYPES } from '../formats/text/fileFormat.ts';
import { ServiceError, unlessMissing } from '../kit/contract/errors.ts';
import { type Idempotent, idempotencyHeaders } from '../kit/contract/idempotency.ts';
import { errorResponses, jsonResponse, pageQuery, waitQuery } from '../kit/contract/wire.ts';
import { datasetPage, datasetSchema, rowsQuery, rowsSchema, uploadQuery } from './schemas.ts';
import type { AllDatasets } from './service.ts';
import { parseReadOptions } from './upload/readOptions.ts';
import { UPLOAD_BODY, UPLOAD_DESCRIPTION } from './upload/uploadDocs.ts';
import { uploadedFile } from './upload/uploadedFile.ts';

const TAGS = ['Datasets'];
/**
 * For responses that are JSON text already. The response type describes the parsed JSON, so the
 * text is sent `as never`.
 */
const JSON_TYPE = 'application/json; charset=utf-8';
/** Allowance for the parts of a form beside its file. */
const FORM_BYTES = 64 * 2 ** 10;
const params = z.object({ id: z.string().describe('Id of a dataset, such as `ds_…`.') });

export interface DatasetRoutesOptions {
  readonly datasets: Pick<AllDatasets, 'of'>;
  /** Maximum size of an upload. */
  readonly maxUploadBytes: number;
}

/** Uploading, listing, showing and deleting datasets. */
export function datasetRoutes({ datasets, maxUploadBytes }: DatasetRoutesOptions): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(uploadRoute({ datasets, maxUploadBytes }));

    app.get(
      '/v1/datasets',
      {
        config: { scope: 'read' },
        schema: {
          tags: TAGS,
          operationId: 'listDatasets',
          summary: 'List datasets',
          description: 'Newest first, without their columns and warnings.',
          querystring: pageQuery,
          response: { 200: jsonResponse('One page.', datasetPage), ...errorResponses(400) },
        },
      },
      async (request) => {
        const { items, next } = await datasets.of(request.caller).list(request.query);
        return { items: [...items], next };
      },
    );

    app.get(
      '/v1/datasets/:id',
      {
        config: { scope: 'read' },
        schema: {
          tags: TAGS,
          operationId: 'getDataset',
          summary: 'Show a dataset',
          description: 'Its state, its columns with their statistics, and warnings to read before a training.',
          params,
          querystring: waitQuery,
          response: { 200: jsonResponse('The dataset.', datasetSchema), ...errorResponses(400, 404) },
        },
      },
      async (request, reply) => {
        const json = await datasets.of(request.caller).wait(request.params.id, request.query.wait);
        return reply.type(JSON_TYPE).send(json as never);
      },
    );

    app.get(
      '/v1/datasets/:id/rows',
      {
        config: { scope: 'read' },
        schema: {
          tags: TAGS,
          operationId: 'getDatasetRows',
          summary: 'Read rows',
          description:
            'Rows in the order of the file, with their parsed values. A response ends early at about 4 MiB: `next` is the `offset` of the remaining rows. 413: a single row is too long.',
          params,
          querystring: rowsQuery,
          response: { 200: jsonResponse('The rows.', rowsSchema), ...errorResponses(400, 404, 409, 413) },
        },
      },
      async (request, reply) => {
        const json = await datasets.of(request.caller).rows(request.params.id, request.query);
        return reply.type(JSON_TYPE).send(json as never);
      },
    );

    app.delete(
      '/v1/datasets/:id',
      {
        config: { scope: 'train' },
        schema: {
          tags: TAGS,
          operationId: 'deleteDataset',
          summary: 'Delete a dataset',
          description:
            'Refused while a queued, running or paused job needs the dataset. Models that were trained on it are not deleted.',
          params,
          response: { 204: z.null().describe('Deleted.'), ...errorResponses(404, 409) },
        },
      },
      async (request, reply) => {
        await datasets.of(request.caller).remove(request.params.id);
        return reply.code(204).send(null);
      },
    );
  };
}

/** Has its own scope, because its bodies are streams even when they are JSON. */
function uploadRoute({ datasets, maxUploadBytes }: DatasetRoutesOptions): FastifyPluginAsyncZod {
  const idempotent: Idempotent = {
    prefix: 'ds',
    status: 201,
    find: ({ caller }, id) => unlessMissing('dataset_not_found', datasets.of(caller).get(id)),
    content: {
      ofRequest: async (request) => datasets.of(request.caller).sha256Of((await uploadedFile(request)).body),
      ofCreated: ({ sha256 }) => String(sha256),
    },
  };
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser([...MEDIA_TYPES], (_request, body, done) => done(null, body));
    await app.register(multipart, { limits: { fileSize: Number.POSITIVE_INFINITY } });

    app.post(
      '/v1/datasets',
      {
        config: { scope: 'train', idempotent, maxStreamedBytes: maxUploadBytes + FORM_BYTES, unpacks: true },
        schema: {
          tags: TAGS,
          operationId: 'uploadDataset',
          summary: 'Upload a dataset',
          description: UPLOAD_DESCRIPTION,
          querystring: uploadQuery,
          headers: z.object({
            ...idempotencyHeaders.shape,
            prefer: z
              .string()
              .optional()
              .describe('`respond-async` (RFC 7240): respond with 202 before the file is parsed.'),
          }),
          body: UPLOAD_BODY,
          response: {
            201: jsonResponse('The dataset is ready.', datasetSchema),
            202: jsonResponse('The file was received and is being parsed.', datasetSchema),
            ...errorResponses(400, 409, 413, 415, 422),
          },
        },
      },
      async (request, reply) => {
        const { name, ...texts } = request.query;
        const options = parseReadOptions(texts);
        const respondAsync = /\brespond-async\b/i.test(request.headers.prefer ?? '');
        const file = await uploadedFile(request);
        const dataset = await datasets.of(request.caller).upload({
          ...{ ...file, id: request.idempotentId, name: name ?? file.name ?? 'dataset' },
          ...{ options, respondAsync, signal: disconnectSignalOf(request, reply) },
        });
        reply.header('location', `/v1/datasets/${dataset.id}`);
        if (respondAsync) reply.header('preference-applied', 'respond-async');
        // The profile has the type of the response. Validating a wide one again would be slow.
        return reply
          .code(respondAsync ? 202 : 201)
          .type(JSON_TYPE)
          .serializer(JSON.stringify)
          .send(dataset);
      },
    );
  };
}

/**
 * Aborted when the client disconnects before its response. Undefined for idempotent requests,
 * because the client can repeat them and get the response.
 */
function disconnectSignalOf({ idempotentId }: FastifyRequest, { raw }: FastifyReply): AbortSignal | undefined {
  if (idempotentId !== undefined) return undefined;
  const departure = new AbortController();
  // The response, because the request closes as soon as its body is read.
  raw.once('close', () => {
    if (!raw.writableFinished) departure.abort(clientDisconnected());
  });
  return departure.signal;
}

function clientDisconnected(): ServiceError {
  return new ServiceError('invalid_request', 'The connection was closed before the file was parsed: send it again.');
}
