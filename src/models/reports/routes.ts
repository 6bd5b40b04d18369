import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Tenant } from '../../kit/contract/caller.ts';
import { errorResponses, jsonResponse, waitQuery } from '../../kit/contract/wire.ts';
import { reportPage, reportParams, reportSchema, reportsQuery } from './schemas.ts';
import type { Reports } from './service.ts';

const tags = ['Reports'];
const MS_PER_SECOND = 1000;

/** `/v1/reports`. */
export function reportRoutes({ reports }: { readonly reports: (tenant: Tenant) => Reports }): FastifyPluginAsyncZod {
  return async (app) => {
    const closing = new AbortController();
    // Waiting requests would delay the shutdown of the server.
    app.addHook('preClose', async () => closing.abort());

    app.get('/v1/reports', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'listReports',
        summary: 'List reports',
        description: 'Newest first, without their requests and the members of their kinds.',
        querystring: reportsQuery,
        response: { 200: jsonResponse('One page.', reportPage), ...errorResponses(400) },
      },
      handler: ({ caller, query }) => reports(caller).list(query),
    });

    app.get('/v1/reports/:id', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'getReport',
        summary: 'Get a report',
        description:
          'The report with the members of its kind. With `wait`, the response is delayed until the state is final or the time has passed.',
        params: reportParams,
        querystring: waitQuery,
        response: { 200: jsonResponse('The report.', reportSchema), ...errorResponses(400, 404) },
      },
      handler: ({ caller, params, query, signal }) =>
        reports(caller).get(params.id, {
          waitMs: query.wait * MS_PER_SECOND,
          signal: AbortSignal.any([signal, closing.signal]),
        }),
    });

    app.post('/v1/reports/:id/cancel', {
      config: { scope: 'train' },
      schema: {
        tags,
        operationId: 'cancelReport',
        summary: 'Cancel a report',
        description: 'A running report ends within a few thousand rows. No effect on a cancelled report.',
        params: reportParams,
        response: { 200: jsonResponse('The report.', reportSchema), ...errorResponses(404, 409) },
      },
      handler: ({ caller, params }) => reports(caller).cancel(params.id),
    });

    app.delete('/v1/reports/:id', {
      config: { scope: 'train' },
      schema: {
        tags,
        operationId: 'deleteReport',
        summary: 'Delete a report',
        description: 'Deletes the report. A report that has not ended must be cancelled first.',
        params: reportParams,
        response: { 204: z.null().describe('Deleted.'), ...errorResponses(404, 409) },
      },
      handler: async ({ caller, params }, reply) => {
        await reports(caller).remove(params.id);
        return reply.code(204).send(null);
      },
    });
  };
}
