import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { errorResponses, jsonResponse } from '../../kit/contract/wire.ts';
import { createSemaphore } from '../../kit/limits/semaphore.ts';
import { traceAnswer } from '../trace/answer.ts';
import { inspectRequest, inspectResponse } from './schemas.ts';
import { inspectNetwork } from './service.ts';
import { networkTraceRequest } from './trace/schemas.ts';
import { traceRequestedNetwork } from './trace/service.ts';

/** `/v1/networks`. Traces run one at a time, because each may use much memory. */
export const networkRoutes: FastifyPluginAsyncZod = async (app) => {
  const tracing = createSemaphore(1);
  app.post('/v1/networks/inspect', {
    config: { scope: 'read' },
    schema: {
      tags: ['Networks'],
      operationId: 'inspectNetwork',
      summary: 'Check a network and get its dimensions',
      description:
        'Checks a network without training it and returns the dimension table: the shape of every matrix of every layer, and the cost of the network. Impossible values are 422; the error lists all of them with their layers.',
      body: inspectRequest,
      response: { 200: jsonResponse('The dimension table.', inspectResponse), ...errorResponses(400, 413, 415, 422) },
    },
    // The service validates the body, because it separates malformed from impossible values.
    validatorCompiler: () => (input) => ({ value: input }),
    handler: ({ body }) => inspectNetwork(body),
  });

  app.post('/v1/networks/trace', {
    config: { scope: 'read' },
    schema: {
      tags: ['Networks'],
      operationId: 'traceNetwork',
      summary: 'Trace a network',
      description:
        'Runs one forward and backward pass of a network without training it, in float64, and returns every matrix with its shape and formula: Z, A, dA, dZ, dW, db of each layer. ' +
        'Examples are the columns of X, as in the notes. The gradients are compared with differences; `update` adds a step of gradient descent. Shapes that do not go together are 422.',
      body: networkTraceRequest,
      response: { 200: jsonResponse('The trace.', traceAnswer), ...errorResponses(400, 413, 415, 422) },
    },
    // The service validates the body.
    validatorCompiler: () => (input) => ({ value: input }),
    // The answer has up to 500,000 numbers, which the serializer of the schema would copy.
    handler: async ({ body }, reply) => {
      const answer = await tracing.run(() => traceRequestedNetwork(body));
      return reply.serializer(JSON.stringify).send(answer);
    },
  });
};
