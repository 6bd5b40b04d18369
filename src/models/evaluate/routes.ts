import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Tenant } from '../../kit/contract/caller.ts';
import { unlessMissing } from '../../kit/contract/errors.ts';
import { type Idempotent, idempotencyHeaders } from '../../kit/contract/idempotency.ts';
import { errorResponses, jsonResponse } from '../../kit/contract/wire.ts';
import { isFinalReport, preferHeader, reportWaitQuery, waitMsOf } from '../reports/schemas.ts';
import type { Reports } from '../reports/service.ts';
import { modelParams } from '../stored/modelName.ts';
import type { Evaluations } from './evaluations.ts';
import { evaluationBody, evaluationSchema } from './schemas.ts';

export interface EvaluationRoutesDeps {
  readonly evaluations: (tenant: Tenant) => Evaluations;
  readonly reports: (tenant: Tenant) => Reports;
}

/** `POST /v1/models/{id}/evaluate`. */
export function evaluationRoutes({ evaluations, reports }: EvaluationRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const closing = new AbortController();
    // Waiting requests would delay the shutdown of the server.
    app.addHook('preClose', async () => closing.abort());

    const idempotent: Idempotent = {
      prefix: 'rpt',
      status: 202,
      find: ({ caller }, id) => unlessMissing('report_not_found', reports(caller).get(id)),
    };
    app.post('/v1/models/:id/evaluate', {
      config: { scope: 'train', idempotent },
      schema: {
        tags: ['Reports'],
        operationId: 'evaluateModel',
        summary: 'Evaluate a model on rows',
        description:
          'Measures a model, single or an ensemble, on rows of a dataset: metrics with confidence intervals, curves, the metrics of each class, and how many of the rows the training has seen. The same request about the same model and dataset has one report.',
        params: modelParams,
        querystring: reportWaitQuery,
        headers: z.object({ ...idempotencyHeaders.shape, ...preferHeader }),
        body: evaluationBody.nullish().meta({ examples: [{ part: 'validation', threshold: 0.3 }] }),
        response: {
          200: jsonResponse('The report has ended.', evaluationSchema),
          202: jsonResponse('The report is not complete; `Location` names it.', evaluationSchema),
          ...errorResponses(400, 404, 409, 413, 415, 422),
        },
      },
      handler: async ({ caller, params, query, headers, body, signal, idempotentId }, reply) => {
        const waiting = {
          waitMs: waitMsOf(query, headers),
          signal: AbortSignal.any([signal, closing.signal]),
        };
        const request = evaluationBody.parse(body ?? {});
        const report = await evaluations(caller).create(params.id, request, waiting, idempotentId);
        reply.header('location', `/v1/reports/${report.id}`);
        return reply.code(isFinalReport(report) ? 200 : 202).send(report);
      },
    });
  };
}
