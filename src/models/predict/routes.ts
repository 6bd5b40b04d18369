import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Tenant } from '../../kit/contract/caller.ts';
import { parseContentType } from '../../kit/contract/contentType.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { parseInput } from '../../kit/contract/validation.ts';
import { errorResponses } from '../../kit/contract/wire.ts';
import type { TextBody } from '../rows/body.ts';
import type { MissingValueWarning } from '../rows/missingValueWarnings.ts';
import { modelParams } from '../stored/modelName.ts';
import { isTextFormat, TEXT_FORMATS } from './predictText.ts';
import {
  csvPredictions,
  csvRows,
  ndjsonPredictions,
  ndjsonRows,
  predictQuery,
  predictRequest,
  predictResponse,
  tsvPredictions,
  tsvRows,
} from './schemas.ts';
import type { Predictions } from './service.ts';

const JSON_TYPE = 'application/json';
/** The header with the `warnings` of a text response. */
const WARNINGS_HEADER = 'trainyard-warnings';
/** Proxies reject responses with longer headers. */
const MAX_HEADER_LENGTH = 4096;

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
    app.addContentTypeParser([JSON_TYPE, ...TEXT_FORMATS], (_request, body, done) => done(null, body));

    app.post('/v1/models/:id/predict', {
      config: { scope: 'predict', maxStreamedBytes: maxBodyBytes, buffers: JSON_TYPE, unpacks: true },
      schema: {
        tags: ['Models'],
        operationId: 'predict',
        summary: 'Predict rows',
        description:
          'Send rows as they were uploaded. A missing value, or a category that the training rows do not have, counts as missing and is listed in `warnings`; ' +
          'a wrong type or an unknown column is 422. Text of any length is predicted in chunks. The response starts after the last row is read, so that ' +
          'it is complete or an error; its warnings are in the header `Trainyard-Warnings` (JSON). `Content-Encoding: gzip` is supported.',
        params: modelParams,
        querystring: predictQuery,
        body: {
          content: {
            [JSON_TYPE]: { schema: predictRequest },
            'text/csv': { schema: csvRows },
            'text/tab-separated-values': { schema: tsvRows },
            'application/x-ndjson': { schema: ndjsonRows },
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
          const response = await predictions(request.caller).json(request.params.id, body);
          return reply.type(`${JSON_TYPE}; charset=utf-8`).serializer(JSON.stringify).send(response);
        }
        if (!isTextFormat(mediaType)) throw noRows();
        const { stream, bytes, warnings } = await predictions(request.caller).text(
          request.params.id,
          { format: mediaType, spreadsheet: request.query.spreadsheet === 'true' },
          body,
        );
        if (warnings.length > 0) reply.header(WARNINGS_HEADER, warningsHeader(warnings));
        return reply.type(`${mediaType}; charset=utf-8`).header('content-length', bytes).send(stream);
      },
    });
  };
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
  return new ServiceError(
    'invalid_rows',
    `The body is empty. Send rows as ${[JSON_TYPE, ...TEXT_FORMATS].join(', ')}.`,
  );
}

/** As many warnings as fit in a header, in ASCII. */
function warningsHeader(warnings: readonly MissingValueWarning[]): string {
  const short = warnings.map(({ code, column, count }) => toAscii(JSON.stringify({ code, column, count })));
  while (short.join().length > MAX_HEADER_LENGTH) short.pop();
  return `[${short.join()}]`;
}

function toAscii(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
