import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Tenant } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { parseInput } from '../../kit/contract/validation.ts';
import { errorResponses, jsonResponse } from '../../kit/contract/wire.ts';
import { traceAnswer } from '../../training/trace/answer.ts';
import { modelParams } from '../stored/modelName.ts';
import { modelTraceRequest, traceQuery } from './schemas.ts';
import type { Traces } from './service.ts';

/** `POST /v1/models/{id}/trace`. */
export function traceRoutes({ traces }: { readonly traces: (tenant: Tenant) => Traces }): FastifyPluginAsyncZod {
  return async (app) => {
    // The service parses the text: a cell may depend on how its number is written, and a column
    // may have any name.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));

    app.post('/v1/models/:id/trace', {
      config: { scope: 'predict' },
      schema: {
        tags: ['Models'],
        operationId: 'traceModel',
        summary: 'Trace rows through a model',
        description:
          'Runs one forward and backward pass of the network for the rows, in float64, and returns every matrix with its shape and formula: Z, A, dA, dZ, dW, db of each layer. Rows are preprocessed as for `predict`. ' +
          'Inputs of categories are columns of 0 and 1. The gradients are compared with differences. Of an ensemble: the member with the largest weight, or the one that `member` names.',
        params: modelParams,
        querystring: traceQuery,
        body: modelTraceRequest,
        response: { 200: jsonResponse('The trace.', traceAnswer), ...errorResponses(400, 404, 413, 415, 422) },
      },
      // The service validates the body.
      validatorCompiler:
        ({ httpPart }) =>
        (input) => ({ value: checkPart(httpPart, input) }),
      // The answer has up to 500,000 numbers, which the serializer of the schema would copy.
      handler: async ({ caller, params, query, body }, reply) => {
        const answer = await traces(caller).trace(params.id, query.member, textOf(body));
        return reply.serializer(JSON.stringify).send(answer);
      },
    });
  };
}

function checkPart(part: string | undefined, input: unknown): unknown {
  if (part === 'params') return parseInput(modelParams, input);
  return part === 'querystring' ? parseInput(traceQuery, input) : input;
}

/** The parser of this scope passes the text of the body. */
function textOf(body: unknown): string {
  if (typeof body === 'string' && body.trim() !== '') return body;
  throw new ServiceError('invalid_json', 'The body is empty: send a JSON object.');
}
