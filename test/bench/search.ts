/**
 * Sweeps over HTTP: the results of 60 trials with ASHA on published tables compared to the default
 * job, and the duration of 1,000 tiny trials.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../../src/jobs/schemas.ts';
import type { Sweep } from '../../src/sweeps/schemas.ts';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';
import { networkOf } from '../support/networkOf.ts';
import { PUBLISHED_JOBS, type PublishedJob, uploadPublished } from '../support/publishedJob.ts';
import { hasSharedData, SHARED_DATA } from '../support/sharedData.ts';
import { childrenOf, memoryOf } from './processes.ts';
import type { Row } from './report.ts';

const SEARCHED = ['adult', 'california'];
const TRIALS = 60;
const TINY_TRIALS = 1000;
const HEALTH_MS = 20;

/** What users vary first. */
const SPACE = {
  'training.optimizer.learningRate': { type: 'logUniform', min: 3e-4, max: 3e-2 },
  'training.batchSize': { type: 'choice', values: [64, 128, 256, 512] },
  'network.layers': {
    type: 'choice',
    values: [
      [64, 32],
      [128, 64],
      [256, 128],
      [256, 256],
    ].map((widths) => widths.map((units) => ({ units }))),
  },
  'training.l2': { type: 'logUniform', min: 1e-7, max: 1e-3 },
};
const TINY_SPACE = {
  'training.optimizer.learningRate': { type: 'logUniform', min: 1e-4, max: 0.3 },
  'network.layers.0.units': { type: 'integer', min: 2, max: 32 },
};

export async function benchSearch(): Promise<readonly Row[]> {
  if (!hasSharedData) {
    console.log('The published tables are not next to this checkout: no sweeps measured.');
    return [];
  }
  const service = await startBuiltService();
  try {
    const rows: Row[] = [];
    for (const job of PUBLISHED_JOBS) if (SEARCHED.includes(job.dataset)) rows.push(await searched(service, job));
    return [...rows, await manyTiny(service)];
  } finally {
    await service.stop();
  }
}

/** The default job, and a sweep of it. */
async function searched({ address }: BuiltService, { dataset, target }: PublishedJob): Promise<Row> {
  const datasetId = await uploadPublished(address, dataset);
  const job = { datasetId, target, split: { method: 'column', column: 'split' }, ensemble: null };
  const { id } = await post<Job>(address, '/v1/jobs', job);
  const defaults = await untilOver<Job>(address, `/v1/jobs/${id}`);
  const request = { job, space: SPACE, search: { algorithm: 'tpe', trials: TRIALS }, pruning: { type: 'asha' } };
  const begun = await post<Sweep>(address, '/v1/sweeps', request);
  const sweep = await untilOver<Sweep>(address, `/v1/sweeps/${begun.id}`);
  const full = TRIALS * networkOf(defaults).training.epochs;
  return {
    dataset,
    defaultLoss: defaults.best?.validationLoss ?? null,
    bestLoss: sweep.best?.objective ?? null,
    trials: TRIALS,
    epochs: sweep.epochs,
    shareOfFull: sweep.epochs / full,
    succeeded: sweep.counts.succeeded,
    pruned: sweep.counts.pruned,
    seconds: sweep.seconds,
  };
}

/**
 * Meanwhile the health of the API is requested every 20 ms, and each response is timed from the
 * request.
 */
async function manyTiny({ address, process: { pid } }: BuiltService): Promise<Row> {
  const body = readFileSync(join(SHARED_DATA, 'iris/iris.csv'));
  const { id: datasetId, columns } = await send<{ id: string; columns: readonly { name: string }[] }>(
    `${address}/v1/datasets?name=iris`,
    { method: 'POST', headers: { 'content-type': 'text/csv' }, body },
  );
  const target = columns.at(-1)?.name;
  const job = { datasetId, target, training: { epochs: 20, earlyStopping: null } };
  const [worker = 0] = childrenOf(pid ?? 0);
  const megabytes: number[] = [];
  const delays: number[] = [];
  const asked = setInterval(async () => {
    const start = performance.now();
    await fetch(`${address}/healthz`);
    delays.push(performance.now() - start);
    megabytes.push(memoryOf(worker));
  }, HEALTH_MS);
  const start = performance.now();
  const { id } = await post<Sweep>(address, '/v1/sweeps', {
    job,
    space: TINY_SPACE,
    search: { algorithm: 'random', trials: TINY_TRIALS },
  });
  const { counts } = await untilOver<Sweep>(address, `/v1/sweeps/${id}`);
  clearInterval(asked);
  const sorted = delays.toSorted((a, b) => a - b);
  const half = Math.floor(megabytes.length / 2);
  return {
    dataset: 'iris',
    trials: TINY_TRIALS,
    succeeded: counts.succeeded,
    seconds: (performance.now() - start) / 1000,
    p50Milliseconds: sorted[Math.floor(sorted.length / 2)],
    p99Milliseconds: sorted[Math.floor(0.99 * sorted.length)],
    workerMegabytes: megabytes[half],
    workerMegabytesAtEnd: megabytes.at(-1) ?? null,
  };
}

async function post<Answer>(address: string, path: string, body: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return send(`${address}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function untilOver<Thing extends { readonly finishedAt: string | null }>(address: string, path: string) {
  for (;;) {
    const thing = await send<Thing>(`${address}${path}?wait=60`, {});
    if (thing.finishedAt !== null) return thing;
  }
}

async function send<Answer>(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}
