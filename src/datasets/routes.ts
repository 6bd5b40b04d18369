import multipart from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ServiceError, unlessMissing } from '../kit/contract/errors.ts';
import { type Idempotent, idempotencyHeaders } from '../kit/contract/idempotency.ts';
import { errorResponses, jsonResponse, pageQuery, waitQuery } from '../kit/contract/wire.ts';
import { datasetPage, datasetSchema, rowsQuery, rowsSchema, uploadQuery } from './schemas.ts';
import type { AllDatasets } from './service.ts';
import { MEDIA_TYPES } from './upload/formats.ts';
import { parseReadOptions } from './upload/readOptions.ts';
import { UPLOAD_BODY, UPLOAD_DESCRIPTION } from './upload/uploadDocs.ts';
import { uploadedFile } from './upload/uploadedFile.ts';

const TAGS = ['Datasets'];
/** Of answers that are text already. The type of such an answer is that of its parsed JSON, so a string is sent `as never`. */
const JSON_TYPE = 'application/json; charset=utf-8';
/** What a form has beside its file. */
const FORM_BYTES = 64 * 2 ** 10;
const params = z.object({ id: z.string().describe('A dataset, such as `ds_…`.') });

export interface DatasetRoutesOptions {
  readonly datasets: Pick<AllDatasets, 'of'>;
  /** The largest upload. */
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
          description: 'The newest first, without their columns and warnings.',
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
          description: 'Its state, its columns with their statistics, and what to know before training on it.',
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
            'Rows in the order of the file, as they were understood. An answer of more than about 4 MiB ends early: `next` is the `offset` of the rows that follow. 413: one row alone is too long.',
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
          description: 'Refused while a queued, running or paused job needs it. Models that were trained on it stay.',
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

/** In a scope of its own, as its bodies are streams even where they are JSON. */
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
            prefer: z.string().optional().describe('`respond-async` (RFC 7240): answer 202 before the file is read.'),
          }),
          body: UPLOAD_BODY,
          response: {
            201: jsonResponse('Ready to train on.', datasetSchema),
            202: jsonResponse('Received; being read.', datasetSchema),
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
        // The profile was written from the type of the answer: a wide one takes the schema long to check again.
        return reply
          .code(respondAsync ? 202 : 201)
          .type(JSON_TYPE)
          .serializer(JSON.stringify)
          .send(dataset);
      },
    );
  };
}

/** Aborted when the client leaves before its answer; never for a request that it can send again to get the answer. */
function disconnectSignalOf({ idempotentId }: FastifyRequest, { raw }: FastifyReply): AbortSignal | undefined {
  if (idempotentId !== undefined) return undefined;
  const departure = new AbortController();
  // The request itself closes as soon as its body is read.
  raw.once('close', () => {
    if (!raw.writableFinished) departure.abort(clientDisconnected());
  });
  return departure.signal;
}

function clientDisconnected(): ServiceError {
  return new ServiceError('invalid_request', 'The connection was closed before the file was read: send it again.');
}
