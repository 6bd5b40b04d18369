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
        'The kernels that do the arithmetic: `native` with its instruction set, `wasm` with the reason why not native, or `reference`. ' +
          '`amx` and `avx512bf16` are `avx512` with products of bfloat16 by instructions of their own; `amx` was tested in simulation, not yet ' +
          'on such a processor; both are taken only where they agree with the reference when the service starts.',
      ),
    cores: z.int().describe('Cores of the machine that this process may use.'),
    coresOfJob: z
      .int()
      .describe('How many of them one job can use at most (`training.threads`): 1 where the kernels are not native.'),
    workers: z.int().describe('How many jobs train at once.'),
    running: z
      .int()
      .describe('Jobs in training now: of all projects for a key of `default`, of its own for any other.'),
    queued: z.int().describe('Jobs that wait, of the same.'),
  })
  .meta({
    id: 'System',
    example: { version: '0.1.0', kernels: 'native (avx2)', cores: 2, coresOfJob: 2, workers: 2, running: 1, queued: 0 },
  });
type SystemInfo = z.infer<typeof systemSchema>;

/** What is missing may be there again as soon. */
const RETRY_AFTER_SECONDS = 2;

const metricsText = z
  .string()
  .meta({ example: '# TYPE trainyard_jobs gauge\ntrainyard_jobs{state="queued",process="api"} 0\n' });

const statusSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Status', example: { status: 'ok' } });

export interface SystemDeps {
  /** As the tenant may know them. */
  readonly info: (tenant: Tenant) => Promise<SystemInfo>;
  /** Sentences that say why uploads and jobs cannot be accepted now; none: they can. */
  readonly readiness: () => Promise<readonly string[]>;
  /** All figures, as Prometheus reads them. */
  readonly scrape: () => Promise<string>;
}

/** What operators and load balancers ask. */
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
          description: 'Answers at once whatever is being trained.',
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
          summary: 'Whether the service can take work',
          description:
            'The data folder can be written and has 16 MiB free, the database is neither locked nor damaged, and the worker beside this ' +
            'process, where there is one, has loaded. Otherwise 503: `detail` names every reason. Also 503 while the service is overloaded ' +
            'or stopping. The data folder is checked at most once a second; the answer becomes 200 again by itself.',
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
          summary: 'What is measured',
          description:
            'The figures of the API and of the worker process beside it (`process` tells them apart), for Prometheus to collect: requests, predictions, ' +
            'the queue, training, uploads, the database, and what the processes take. They are of the whole service, not of one project: a key is of the project `default`.',
          response: {
            200: { description: 'The figures.', content: { [METRICS_TYPE]: { schema: metricsText } } },
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
          summary: 'What this service runs on',
          description: 'Version, kernels, cores, workers and the length of the queue.',
          response: { 200: jsonResponse('The facts.', systemSchema), ...errorResponses() },
        },
      },
      ({ caller }) => info(caller),
    );
  };
}

/** They tell of all projects. */
function notAllowed(): ServiceError {
  return new ServiceError(
    'scope_missing',
    'This takes a key of the project default: the figures are of the whole service.',
  );
}
