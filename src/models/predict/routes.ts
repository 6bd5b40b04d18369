import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { parseReadOptions } from '../../datasets/upload/readOptions.ts';
import { formatOf, MEDIA_TYPES } from '../../formats/text/fileFormat.ts';
import type { Tenant } from '../../kit/contract/caller.ts';
import { parseContentType } from '../../kit/contract/contentType.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { parseInput } from '../../kit/contract/validation.ts';
import { errorResponses } from '../../kit/contract/wire.ts';
import type { TextBody } from '../rows/body.ts';
import { modelParams } from '../stored/modelName.ts';
import {
  csvPredictions,
  csvRows,
  ndjsonPredictions,
  ndjsonRows,
  type PredictResponse,
  parquetRows,
  predictQuery,
  predictRequest,
  predictResponse,
  tsvPredictions,
  tsvRows,
} from './schemas.ts';
import type { Predictions, PredictionWarning } from './service.ts';

const JSON_TYPE = 'application/json';
const JSON_RESPONSE = `${JSON_TYPE}; charset=utf-8`;
/** The header with the `warnings` of a text response. */
const WARNINGS_HEADER = 'trainyard-warnings';
/** Proxies reject responses with longer headers. */
const MAX_HEADER_LENGTH = 4096;

const ROWS_TYPES = [
  ...[JSON_TYPE, 'text/csv', 'text/tab-separated-values', 'application/x-ndjson'],
  'application/vnd.apache.parquet',
];
interface PredictRoutesDeps {
  readonly predictions: (tenant: Tenant) => Predictions;
  /** The largest body. */
  readonly maxBodyBytes: number;
}

/** `POST /v1/models/{id}/predict`. */
export function predictRoutes({ predictions, maxBodyBytes }: PredictRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    // The handler reads the body itself: text of any length, and JSON whose columns may have any
    // name.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser([...MEDIA_TYPES], (_request, body, done) => done(null, body));

    app.post('/v1/models/:id/predict', {
      config: { scope: 'predict', maxStreamedBytes: maxBodyBytes, buffers: JSON_TYPE, unpacks: true },
      schema: {
        tags: ['Models'],
        operationId: 'predict',
        summary: 'Predict rows',
        description:
          'Send rows as they were uploaded. A missing value, or a category that the training rows do not have, counts as missing and is listed in `warnings`; ' +
          'a wrong type or an unknown column is 422. The delimiter, quotes, header and charset of a text are found in each body, as for uploads. Text of any length is predicted in chunks. The response starts after the last row is read, so that ' +
          'it is complete or an error; its warnings are in the header `Trainyard-Warnings` (JSON). `Content-Encoding: gzip` is supported.',
        params: modelParams,
        querystring: predictQuery,
        body: {
          content: {
            [JSON_TYPE]: { schema: predictRequest },
            'text/csv': { schema: csvRows },
            'text/tab-separated-values': { schema: tsvRows },
            'application/x-ndjson': { schema: ndjsonRows },
            'application/vnd.apache.parquet': { schema: parquetRows },
          },
        },
        response: {
          200: {
            description: 'The predictions, in the order of the rows and in their format.',
            content: {
              [JSON_TYPE]: { schema: predictResponse },
              'text/csv': { schema: csvPredictions },
              'text/tab-separated-values': { schema: tsvPredictions },
              'application/x-ndjson': { schema: ndjsonPredictions },
            },
          },
          ...errorResponses(400, 404, 413, 415, 422),
        },
      },
      // Only the path and the query are validated here. The rows are validated while they are read.
      validatorCompiler:
        ({ httpPart }) =>
        (input) => ({ value: checkPart(httpPart, input) }),
      handler: async (request, reply) => {
        const { mediaType, charset } = parseContentType(request.headers['content-type']);
        const body = { ...rowsBody(request), charset };
        if (mediaType === JSON_TYPE) {
          return sendJson(reply, await predictions(request.caller).json(request.params.id, body));
        }
        if (mediaType === '') throw noRows();
        const { spreadsheet, delimiter, header } = request.query;
        const dialect = parseReadOptions({ delimiter, header });
        const options = { ...dialect, declared: formatOf(mediaType), spreadsheet: spreadsheet === 'true' };
        const response = await predictions(request.caller).rows(request.params.id, options, body);
        if ('json' in response) return sendJson(reply, response.json);
        const { stream, bytes, warnings, type } = response;
        if (warnings.length > 0) reply.header(WARNINGS_HEADER, warningsHeader(warnings));
        return reply.type(`${type}; charset=utf-8`).header('content-length', bytes).send(stream);
      },
    });
  };
}

function sendJson(reply: FastifyReply, response: PredictResponse) {
  return reply.type(JSON_RESPONSE).serializer(JSON.stringify).send(response);
}

function checkPart(part: string | undefined, input: unknown): unknown {
  if (part === 'params') return parseInput(modelParams, input);
  return part === 'querystring' ? parseInput(predictQuery, input) : input;
}

function rowsBody({ raw, headers }: FastifyRequest): Omit<TextBody, 'charset'> {
  return { stream: raw, contentEncoding: headers['content-encoding'] };
}

/** A body of another media type is rejected before. */
function noRows(): ServiceError {
  return new ServiceError('invalid_rows', `The body is empty. Send rows as ${ROWS_TYPES.join(', ')}.`);
}

/** As many warnings as fit in a header, in ASCII. */
function warningsHeader(warnings: readonly PredictionWarning[]): string {
  const short = warnings.map(({ message: _message, ...warning }) => toAscii(JSON.stringify(warning)));
  while (short.join().length > MAX_HEADER_LENGTH) short.pop();
  return `[${short.join()}]`;
}

function toAscii(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
