import type { Database } from '../../store/database/database.ts';
import { estimateCost } from '../../training/estimate/cost.ts';
import type { DatasetShape } from '../../training/resolve/shape.ts';
import type { FindDataset } from './check.ts';
import { readHyperparameters } from './requestSchema.ts';

/** The ratio of measured durations to those of `estimateCost`. */
export interface Calibration {
  readonly epochs: number;
  /** The time before and after the epochs. */
  readonly overhead: number;
  /** The number of jobs that were measured. 0: the ratios are 1. */
  readonly jobs: number;
}

interface CalibrationDeps {
  readonly database: Database;
  readonly findDataset: FindDataset;
  readonly project: string;
}

/** Only the last jobs count, because the load of the machine changes. */
const JOBS = 20;
const MS_PER_SECOND = 1000;

/** Measures the last jobs on the dataset that succeeded, or on all datasets if there are none. */
export async function measureCalibration(deps: CalibrationDeps, datasetId: string): Promise<Calibration> {
  const own = await finishedJobs(deps, datasetId);
  const jobs = own.length > 0 ? own : await finishedJobs(deps, null);
  const ratios: { readonly epochs: number; readonly overhead: number }[] = [];
  for (const job of jobs) {
    const shape = await shapeOf(deps, job.datasetId);
    if (shape === undefined) continue;
    const cost = estimateCost(readHyperparameters(job.request), shape);
    const wholeSeconds = ((job.finishedAt ?? 0) - (job.startedAt ?? 0)) / MS_PER_SECOND;
    ratios.push({
      epochs: job.seconds / (job.epochs * cost.secondsPerEpoch),
      overhead: Math.max(0, wholeSeconds - job.seconds) / cost.secondsAround,
    });
  }
  if (ratios.length === 0) return { epochs: 1, overhead: 1, jobs: 0 };
  return {
    epochs: medianOf(ratios.map(({ epochs }) => epochs)),
    overhead: medianOf(ratios.map(({ overhead }) => overhead)),
    jobs: ratios.length,
  };
}

async function finishedJobs({ database, project }: CalibrationDeps, datasetId: string | null) {
  const finished = database
    .selectFrom('jobs')
    .select(['id', 'datasetId', 'request', 'startedAt', 'finishedAt'])
    .where('project', '=', project)
    .where('state', '=', 'succeeded')
    .where('datasetId', datasetId === null ? 'is not' : '=', datasetId)
    .orderBy('id', 'desc')
    .limit(JOBS);
  return database
    .selectFrom(finished.as('jobs'))
    .innerJoin('losses', 'losses.jobId', 'jobs.id')
    .selectAll('jobs')
    .select(({ fn }) => [fn.countAll<number>().as('epochs'), fn.sum<number>('losses.seconds').as('seconds')])
    .groupBy('jobs.id')
    .execute();
}

async function shapeOf({ findDataset }: CalibrationDeps, datasetId: string | null): Promise<DatasetShape | undefined> {
  const dataset = datasetId === null ? undefined : await findDataset(datasetId);
  return dataset?.state === 'ready' && dataset.rows !== null
    ? { rows: dataset.rows, columns: dataset.columns }
    : undefined;
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
