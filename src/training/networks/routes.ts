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
        'Checks a network without training it and answers the dimension table: the shape of every matrix of every layer, and what the network takes. Impossible values are 422 with the layer named, all at once.',
      body: inspectRequest,
      response: { 200: jsonResponse('The dimension table.', inspectResponse), ...errorResponses(400, 413, 415, 422) },
    },
    // Malformed and impossible are told apart where the network is checked.
    validatorCompiler: () => (input) => ({ value: input }),
    handler: ({ body }) => inspectNetwork(body),
  });
};
