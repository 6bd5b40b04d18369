import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errorResponses, jsonResponse, pageQuery } from '../kit/contract/wire.ts';
import { projectChange, projectPage, projectParams, projectRequest, projectSchema } from './projectSchemas.ts';
import type { Projects } from './projects.ts';

const tags = ['Access'];
const config = { scope: 'admin' } as const;

/** `/v1/projects`. */
export function projectRoutes({ projects }: { readonly projects: Projects }): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/v1/projects', {
      config,
      schema: {
        tags,
        operationId: 'createProject',
        summary: 'Create a project',
        description: 'Projects are isolated from each other. Requires an admin key of `default`.',
        body: projectRequest,
        response: { 201: jsonResponse('The project.', projectSchema), ...errorResponses(400, 409, 413, 415) },
      },
      handler: async ({ caller, body }, reply) => reply.code(201).send(await projects.create(caller, body)),
    });

    app.get('/v1/projects', {
      config,
      schema: {
        tags,
        operationId: 'listProjects',
        summary: 'List projects',
        description: 'Newest first. Callers other than admins of `default` see only their own project.',
        querystring: pageQuery,
        response: { 200: jsonResponse('A page of projects.', projectPage), ...errorResponses(400) },
      },
      handler: ({ caller, query }) => projects.list(caller, query),
    });

    app.get('/v1/projects/:name', {
      config,
      schema: {
        tags,
        operationId: 'getProject',
        summary: 'Get a project',
        description: 'Its quotas and their current use.',
        params: projectParams,
        response: { 200: jsonResponse('The project.', projectSchema), ...errorResponses(400, 404) },
      },
      handler: ({ caller, params }) => projects.get(caller, params.name),
    });

    app.patch('/v1/projects/:name', {
      config,
      schema: {
        tags,
        operationId: 'changeProject',
        summary: 'Change the quotas of a project',
        description:
          'Existing resources and running jobs are unaffected, even above the new quotas. Requires an admin key of `default`.',
        params: projectParams,
        body: projectChange,
        response: { 200: jsonResponse('The project.', projectSchema), ...errorResponses(400, 404, 413, 415) },
      },
      handler: ({ caller, params, body }) => projects.change(caller, params.name, body),
    });

    app.delete('/v1/projects/:name', {
      config,
      schema: {
        tags,
        operationId: 'deleteProject',
        summary: 'Delete a project',
        description:
          'Deletes the project with its keys; refused while it has datasets, jobs, models, reports or webhooks. Requires an admin key of `default`.',
        params: projectParams,
        response: { 204: z.null().describe('Deleted.'), ...errorResponses(400, 404, 409) },
      },
      handler: async ({ caller, params }, reply) => {
        await projects.remove(caller, params.name);
        return reply.code(204).send(null);
      },
    });
  };
}
