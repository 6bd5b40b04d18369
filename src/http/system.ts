import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { DEFAULT_PROJECT, type Tenant } from '../kit/contract/caller.ts';
import { ServiceError } from '../kit/contract/errors.ts';
import { errorResponses, jsonResponse } from '../kit/contract/wire.ts';
import { METRICS_TYPE } from './metrics/format.ts';

const systemSchema = z
  .object({
    version: z.string(),
    kernels: z
      .string()
      .describe(
        'The compute kernels: `native` with its instruction set, `wasm` with the reason why native kernels are not used, or `reference`. ' +
          '`amx` and `avx512bf16` are `avx512` with native instructions for products of bfloat16; `amx` was tested in simulation, not yet ' +
          'on such a processor; both are used only if they agree with the reference when the service starts.',
      ),
    cores: z.int().describe('Cores of the machine that this process may use.'),
    coresOfJob: z
      .int()
      .describe('Maximum number of cores of one job (`training.threads`): 1 if the kernels are not native.'),
    workers: z.int().describe('Number of jobs that train at once.'),
    running: z.int().describe("Running jobs: of all projects for a key of `default`, otherwise of the key's project."),
    queued: z.int().describe('Queued jobs of the same projects.'),
  })
  .meta({
    id: 'System',
    example: { version: '0.1.0', kernels: 'native (avx2)', cores: 2, coresOfJob: 2, workers: 2, running: 1, queued: 0 },
  });
type SystemInfo = z.infer<typeof systemSchema>;

/** A failed dependency may be available again after this time. */
const RETRY_AFTER_SECONDS = 2;

const metricsText = z
  .string()
  .meta({ example: '# TYPE trainyard_jobs gauge\ntrainyard_jobs{state="queued",process="api"} 0\n' });

const statusSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Status', example: { status: 'ok' } });

export interface SystemDeps {
  /** The part that the tenant may see. */
  readonly info: (tenant: Tenant) => Promise<SystemInfo>;
  /** Sentences that say why uploads and jobs cannot be accepted now; empty if they can. */
  readonly readiness: () => Promise<readonly string[]>;
  /** All metrics in the format of Prometheus. */
  readonly scrape: () => Promise<string>;
}

/** Routes for operators and load balancers. */
export function systemRoutes({ info, readiness, scrape }: SystemDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/healthz',
      {
        config: { scope: 'public' },
        schema: {
          tags: ['System'],
          operationId: 'getHealth',
          summary: 'Whether the process is alive',
          description: 'Responds at once, also while jobs are training.',
          response: { 200: jsonResponse('Alive.', statusSchema) },
        },
      },
      async () => ({ status: 'ok' as const }),
    );
    app.get(
      '/readyz',
      {
        config: { scope: 'public', reportsLoad: true },
        schema: {
          tags: ['System'],
          operationId: 'getReadiness',
          summary: 'Whether the service can accept work',
          description:
            "The data folder can be written and has 16 MiB free, the database is neither locked nor damaged, and the service's worker " +
            'process, if it has one, is ready. Otherwise 503: `detail` names every reason. Also 503 while the service is overloaded ' +
            'or stopping. The data folder is checked at most once a second; the response becomes 200 again automatically.',
          response: { 200: jsonResponse('Ready.', statusSchema), ...errorResponses(400, 503) },
        },
      },
      async () => {
        const reasons = await readiness();
        if (reasons.length > 0) throw new ServiceError('unavailable', reasons.join(' '), [], RETRY_AFTER_SECONDS);
        return { status: 'ok' as const };
      },
    );
    app.get(
      '/metrics',
      {
        config: { scope: 'read' },
        schema: {
          tags: ['System'],
          operationId: 'getMetrics',
          summary: 'Metrics for Prometheus',
          description:
            'The metrics of the API and of its worker process, distinguished by the label `process`: requests, predictions, ' +
            'the queue, training, uploads, the database, and resource use. They cover the whole service, so they require a key of the project `default`.',
          response: {
            200: { description: 'The metrics.', content: { [METRICS_TYPE]: { schema: metricsText } } },
            ...errorResponses(),
          },
        },
      },
      async ({ caller }, reply) => {
        if (caller.project !== DEFAULT_PROJECT) throw notAllowed();
        return reply
          .type(METRICS_TYPE)
          .serializer(String)
          .send(await scrape());
      },
    );
    app.get(
      '/v1/system',
      {
        config: { scope: 'read' },
        schema: {
          tags: ['System'],
          operationId: 'getSystem',
          summary: 'Version and resources of the service',
          description: 'Version, kernels, cores, workers and the length of the queue.',
          response: { 200: jsonResponse('The facts.', systemSchema), ...errorResponses() },
        },
      },
      ({ caller }) => info(caller),
    );
  };
}

/** They cover all projects. */
function notAllowed(): ServiceError {
  return new ServiceError(
    'scope_missing',
    'This requires a key of the project default, because the metrics cover the whole service.',
  );
}
