import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Tenant } from '../../kit/contract/caller.ts';
import { errorResponses, jsonResponse, pageQuery } from '../../kit/contract/wire.ts';
import { aliasPage, aliasParams, aliasRequest, aliasSchema } from './schemas.ts';
import type { Aliases } from './service.ts';

const tags = ['Models'];

/** `/v1/aliases`. */
export function aliasRoutes({ aliases }: { readonly aliases: (tenant: Tenant) => Aliases }): FastifyPluginAsyncZod {
  return async (app) => {
    app.put('/v1/aliases/:name', {
      config: { scope: 'train' },
      schema: {
        tags,
        operationId: 'putAlias',
        summary: 'Point an alias at a model',
        description: 'Creates the alias or moves it to another model. An alias works in place of the id of a model.',
        params: aliasParams,
        body: aliasRequest,
        response: { 200: jsonResponse('The alias.', aliasSchema), ...errorResponses(400, 404, 415) },
      },
      handler: ({ caller, params, body }) => aliases(caller).put(params.name, body.modelId),
    });

    app.get('/v1/aliases', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'listAliases',
        summary: 'List aliases',
        description: 'The last changed first.',
        querystring: pageQuery,
        response: { 200: jsonResponse('A page of aliases.', aliasPage), ...errorResponses(400) },
      },
      handler: ({ caller, query }) => aliases(caller).list(query),
    });

    app.get('/v1/aliases/:name', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'getAlias',
        summary: 'Get an alias',
        description: 'Returns the model that the alias points at.',
        params: aliasParams,
        response: { 200: jsonResponse('The alias.', aliasSchema), ...errorResponses(400, 404) },
      },
      handler: ({ caller, params }) => aliases(caller).get(params.name),
    });

    app.delete('/v1/aliases/:name', {
      config: { scope: 'train' },
      schema: {
        tags,
        operationId: 'deleteAlias',
        summary: 'Delete an alias',
        description: 'Deletes the alias, not its model.',
        params: aliasParams,
        response: { 204: z.null().describe('Deleted.'), ...errorResponses(400, 404) },
      },
      handler: async ({ caller, params }, reply) => {
        await aliases(caller).remove(params.name);
        return reply.code(204).send(null);
      },
    });
  };
}
