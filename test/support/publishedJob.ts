import { Readable } from 'node:stream';
import { call, finishedJob } from './client.ts';
import { tableWithSplit } from './splitTable.ts';

/**
 * The published tables with published splits, and the test metric that a job of one network with
 * only a target must reach.
 */
export const PUBLISHED_JOBS = [
  { dataset: 'adult', target: 'income', metric: 'accuracy', least: 0.86 },
  { dataset: 'california', target: 'MedHouseVal', metric: 'rmse', most: 0.49 },
  { dataset: 'house_16h', target: 'target', metric: 'rmse', most: 32_500 },
  { dataset: 'letter', target: 'lettr', metric: 'accuracy', least: 0.965 },
  { dataset: 'mnist', target: 'label', metric: 'accuracy', least: 0.978 },
] as const;
export type PublishedJob = (typeof PUBLISHED_JOBS)[number];

export interface PublishedResult {
  /** The metric on the test rows. */
  readonly test: number;
  readonly epochs: number;
  readonly uploadSeconds: number;
  readonly trainingSeconds: number;
}

/** Uploads the table; returns the dataset's id. */
export async function uploadPublished(address: string, dataset: PublishedJob['dataset']): Promise<string> {
  const { id } = await call(address, `/v1/datasets?name=${dataset}`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: Readable.toWeb(Readable.from(tableWithSplit(dataset))) as ReadableStream,
    duplex: 'half',
  });
  return id;
}

/**
 * The complete workflow: upload, a training of one network with only the target and the split
 * column, the model's test metrics.
 */
export async function runPublishedJob(
  address: string,
  { dataset, target, metric }: PublishedJob,
): Promise<PublishedResult> {
  const start = performance.now();
  const datasetId = await uploadPublished(address, dataset);
  const uploaded = performance.now();
  const job = await finishedJob(address, {
    datasetId,
    target,
    split: { method: 'column', column: 'split' },
    ensemble: null,
  });
  const finished = performance.now();
  const { metrics } = await call(address, `/v1/models/${job.modelId}`);
  return {
    test: metrics.test[metric],
    epochs: job.progress.epoch,
    uploadSeconds: (uploaded - start) / 1000,
    trainingSeconds: (finished - uploaded) / 1000,
  };
}
