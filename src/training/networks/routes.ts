import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { errorResponses, jsonResponse } from '../../kit/contract/wire.ts';
import { inspectRequest, inspectResponse } from './schemas.ts';
import { inspectNetwork } from './service.ts';

/** `/v1/networks`. */
export const networkRoutes: FastifyPluginAsyncZod = async (app) => {
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
};
