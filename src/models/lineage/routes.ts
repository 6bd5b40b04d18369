import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Tenant } from '../../kit/contract/caller.ts';
import { errorResponses, jsonResponse } from '../../kit/contract/wire.ts';
import { modelParams } from '../stored/modelName.ts';
import { lineageSchema } from './schemas.ts';
import type { Lineages } from './service.ts';

/** `GET /v1/models/{id}/lineage`. */
export function lineageRoutes({
  lineages,
}: {
  readonly lineages: (tenant: Tenant) => Lineages;
}): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/v1/models/:id/lineage', {
      config: { scope: 'read' },
      schema: {
        tags: ['Models'],
        operationId: 'getLineage',
        summary: 'Get the lineage of a model',
        description:
          'Where the model comes from: its dataset, job, sweep and members. What was made of it: ensembles with a copy of it, and aliases.',
        params: modelParams,
        response: { 200: jsonResponse('The lineage.', lineageSchema), ...errorResponses(400, 404) },
      },
      handler: ({ caller, params }) => lineages(caller).get(params.id),
    });
  };
}
