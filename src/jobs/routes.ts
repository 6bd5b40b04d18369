import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Tenant } from '../kit/contract/caller.ts';
import { unlessMissing } from '../kit/contract/errors.ts';
import { type Idempotent, idempotencyHeaders } from '../kit/contract/idempotency.ts';
import { parseInput } from '../kit/contract/validation.ts';
import { errorResponses, jsonResponse, waitQuery } from '../kit/contract/wire.ts';
import { jobActionRoutes } from './actionRoutes.ts';
import { jobPageSchema, jobParams, jobSchema, jobsQuery, lossesQuery, lossesSchema, submitQuery } from './schemas.ts';
import type { Jobs } from './service.ts';
import { jobPreviewSchema } from './submission/previewSchema.ts';
import { jobRequestSchema } from './submission/requestSchema.ts';

const tags = ['Jobs'];
const MS_PER_SECOND = 1000;

/** `/v1/jobs`. */
export function jobRoutes({ jobs }: { readonly jobs: (tenant: Tenant) => Jobs }): FastifyPluginAsyncZod {
  return async (app) => {
    const closing = new AbortController();
    // Waiting requests would delay the shutdown of the server.
    app.addHook('preClose', async () => closing.abort());
    await app.register(jobActionRoutes({ jobs }));

    const idempotent: Idempotent = {
      prefix: 'job',
      status: 202,
      // The query was checked by the schema of the route.
      isExempt: ({ query }) => isDryRun(query as z.output<typeof submitQuery>),
      find: ({ caller }, id) => unlessMissing('job_not_found', jobs(caller).get(id)),
    };
    app.post('/v1/jobs', {
      config: { scope: 'train', idempotent },
      schema: {
        tags,
        operationId: 'createJob',
        summary: 'Queue a training',
        description:
          'Checks the request against the dataset and queues it. The response has every default filled in, and an estimate of the cost. An error lists all issues at once. With `dryRun=true` nothing is queued.',
        headers: idempotencyHeaders,
        querystring: submitQuery,
        body: jobRequestSchema,
        response: {
          200: jsonResponse('With `dryRun=true`: what the request would train and cost.', jobPreviewSchema),
          202: jsonResponse('Queued; `Location` names the job.', jobSchema),
          ...errorResponses(400, 409, 413, 415, 422),
        },
      },
      // The service checks the body, so that one error lists its issues and those against the
      // dataset.
      validatorCompiler:
        ({ httpPart }) =>
        (value) => ({ value: httpPart === 'querystring' ? parseInput(submitQuery, value) : value }),
      handler: async (request, reply) => {
        if (isDryRun(request.query)) return jobs(request.caller).preview(request.body);
        const job = await jobs(request.caller).submit(request.body, request.idempotentId);
        return reply.code(202).header('location', `/v1/jobs/${job.id}`).send(job);
      },
    });

    app.get('/v1/jobs', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'listJobs',
        summary: 'List jobs',
        description: 'Newest first.',
        querystring: jobsQuery,
        response: { 200: jsonResponse('One page.', jobPageSchema), ...errorResponses(400) },
      },
      handler: ({ caller, query }) => jobs(caller).list(query),
    });

    app.get('/v1/jobs/:id', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'getJob',
        summary: 'Get a job',
        description:
          'The job with its progress. With `wait`, the response is delayed until the state is final or the time has passed.',
        params: jobParams,
        querystring: waitQuery,
        response: { 200: jsonResponse('The job.', jobSchema), ...errorResponses(400, 404) },
      },
      handler: ({ caller, params, query, signal }) =>
        jobs(caller).get(params.id, {
          waitMs: query.wait * MS_PER_SECOND,
          signal: AbortSignal.any([signal, closing.signal]),
        }),
    });

    app.get('/v1/jobs/:id/losses', {
      config: { scope: 'read' },
      schema: {
        tags,
        operationId: 'getLosses',
        summary: 'Get the losses of a job',
        description:
          'All epochs with their losses and metrics, in ascending order. Use `after` to follow a running job.',
        params: jobParams,
        querystring: lossesQuery,
        response: {
          200: jsonResponse('The losses, in ascending order of epochs.', lossesSchema),
          ...errorResponses(400, 404),
        },
      },
      handler: ({ caller, params, query }) => jobs(caller).losses(params.id, query),
    });

    app.delete('/v1/jobs/:id', {
      config: { scope: 'train' },
      schema: {
        tags,
        operationId: 'deleteJob',
        summary: 'Delete a job',
        description:
          'Deletes the job with its losses and checkpoints; its models stay. A job that has not ended must be cancelled first.',
        params: jobParams,
        response: { 204: z.null().describe('Deleted.'), ...errorResponses(404, 409) },
      },
      handler: async ({ caller, params }, reply) => {
        await jobs(caller).remove(params.id);
        return reply.code(204).send(null);
      },
    });
  };
}

function isDryRun({ dryRun }: z.output<typeof submitQuery>): boolean {
  return dryRun === 'true';
}
