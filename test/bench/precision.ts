/**
 * The effect of bfloat16 on models: the published tables with only target, split and seed given,
 * trained in each precision.
 */
import { PRODUCT_INPUTS, type ProductInputs } from '../../src/engine/kernels/kernels.ts';
import { startBuiltService } from '../support/builtService.ts';
import { call, finishedJob } from '../support/client.ts';
import { PUBLISHED_JOBS, type PublishedJob, uploadPublished } from '../support/publishedJob.ts';
import { hasSharedData } from '../support/sharedData.ts';
import type { Row } from './report.ts';

const SEEDS = [1, 2, 3];
/** Those that train in seconds. */
const JOBS = PUBLISHED_JOBS.filter(({ dataset }) => dataset !== 'mnist');

/** Of the test rows. */
interface Tested {
  readonly loss: number;
  readonly metric: number;
}

/** A row for each table and precision: the mean over the seeds, and the range. */
export async function benchPrecision(): Promise<readonly Row[]> {
  if (!hasSharedData) {
    console.log('The published tables are not next to this checkout: no precisions compared.');
    return [];
  }
  const service = await startBuiltService();
  try {
    const rows: Row[] = [];
    for (const job of JOBS) {
      const datasetId = await uploadPublished(service.address, job.dataset);
      for (const precision of PRODUCT_INPUTS) rows.push(await benchJob(service.address, datasetId, job, precision));
    }
    return rows;
  } finally {
    await service.stop();
  }
}

async function benchJob(
  address: string,
  datasetId: string,
  { dataset, target, metric }: PublishedJob,
  precision: ProductInputs,
): Promise<Row> {
  const trainings = SEEDS.map(async (seed): Promise<Tested> => {
    const split = { method: 'column', column: 'split' };
    const job = await finishedJob(address, { datasetId, target, split, training: { precision, seed } });
    const { test } = (await call(address, `/v1/models/${job.modelId}`)).metrics;
    return { loss: test.loss, metric: test[metric] };
  });
  const tested = await Promise.all(trainings);
  const losses = tested.map(({ loss }) => loss);
  const metrics = tested.map((each) => each.metric);
  return {
    dataset,
    precision,
    testLoss: meanOf(losses),
    lossSpread: spreadOf(losses),
    metric,
    value: meanOf(metrics),
    valueSpread: spreadOf(metrics),
  };
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
}

function spreadOf(numbers: readonly number[]): number {
  return Math.max(...numbers) - Math.min(...numbers);
}
