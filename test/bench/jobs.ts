/** Whole jobs: upload, training with nothing but the target and the split given, and the test metrics. */

import { Readable } from 'node:stream';
import { startBuiltService } from '../support/builtService.ts';
import { hasSharedData } from '../support/sharedData.ts';
import { tableWithSplit } from '../support/splitTable.ts';
import { call, finishedJob } from './client.ts';
import { formatTable, type Row } from './report.ts';

const JOBS = [
  { dataset: 'adult', target: 'income', metric: 'accuracy' },
  { dataset: 'california', target: 'MedHouseVal', metric: 'rmse' },
  { dataset: 'house_16h', target: 'target', metric: 'rmse' },
  { dataset: 'letter', target: 'lettr', metric: 'accuracy' },
  { dataset: 'mnist', target: 'label', metric: 'accuracy' },
] as const;

/** One row a job; the jobs run one after the other, each in a service that does nothing else. */
export async function benchJobs(): Promise<readonly Row[]> {
  if (!hasSharedData) {
    console.log('The published tables are not beside this checkout: no whole jobs measured.');
    return [];
  }
  const service = await startBuiltService();
  const rows: Row[] = [];
  for (const job of JOBS) {
    rows.push(await runJob(service.address, job));
    console.log(formatTable(rows.slice(-1)));
  }
  await service.stop();
  return rows;
}

async function runJob(address: string, { dataset, target, metric }: (typeof JOBS)[number]): Promise<Row> {
  const start = performance.now();
  const upload = await call(address, `/v1/datasets?name=${dataset}`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: Readable.toWeb(Readable.from(tableWithSplit(dataset))) as ReadableStream,
    duplex: 'half',
  });
  const uploaded = performance.now();
  const job = await finishedJob(address, {
    datasetId: upload.id,
    target,
    split: { method: 'column', column: 'split' },
  });
  const end = performance.now();
  const model = await call(address, `/v1/models/${job.modelId}`);
  return {
    dataset,
    metric,
    test: model.metrics.test[metric],
    epochs: job.progress.epoch,
    uploadSeconds: (uploaded - start) / 1000,
    trainingSeconds: (end - uploaded) / 1000,
    totalSeconds: (end - start) / 1000,
  };
}
