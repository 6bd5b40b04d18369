import type { Database } from '../../store/database/database.ts';
import type { JobRow } from '../../store/database/tables.ts';
import { estimateCost } from '../../training/estimate/cost.ts';
import { type Calibration, UNMEASURED } from '../../training/estimate/duration.ts';
import type { DatasetShape } from '../../training/resolve/shape.ts';
import { ensembleNetworks } from '../../training/schemas/ensemble.ts';
import type { FindDataset } from './check.ts';
import { isEnsemble, readJobHyperparameters } from './requestSchema.ts';

interface CalibrationDeps {
  readonly database: Database;
  readonly findDataset: FindDataset;
  readonly project: string;
}

/** The epochs of a network and their seconds. `member` is 0 for a job that trains one network. */
interface MeasuredNetwork {
  readonly jobId: string;
  readonly member: number;
  readonly epochs: number;
  readonly seconds: number;
}

type FinishedJob = Pick<JobRow, 'id' | 'datasetId' | 'request' | 'startedAt' | 'finishedAt'>;

interface Ratios {
  readonly epochs: number;
  /** Null for an ensemble, whose networks train at once. */
  readonly overhead: number | null;
}

/** Only the last jobs count, because the load of the machine changes. */
const JOBS = 20;
const MS_PER_SECOND = 1000;

/** Measures the last jobs on the dataset that succeeded, or on all datasets if there are none. */
export async function measureCalibration(deps: CalibrationDeps, datasetId: string): Promise<Calibration> {
  const own = await finishedJobs(deps, datasetId);
  const jobs = own.length > 0 ? own : await finishedJobs(deps, null);
  if (jobs.length === 0) return UNMEASURED;
  const networks = await measuredNetworks(
    deps,
    jobs.map(({ id }) => id),
  );
  const ratios: Ratios[] = [];
  for (const job of jobs) {
    const shape = await shapeOf(deps, job.datasetId);
    const measured = networks.filter(({ jobId }) => jobId === job.id);
    if (shape !== undefined && measured.length > 0) ratios.push(ratiosOf(job, measured, shape));
  }
  if (ratios.length === 0) return UNMEASURED;
  const overheads = ratios.flatMap(({ overhead }) => overhead ?? []);
  return {
    epochs: medianOf(ratios.map(({ epochs }) => epochs)),
    overhead: overheads.length > 0 ? medianOf(overheads) : UNMEASURED.overhead,
    jobs: ratios.length,
  };
}

function ratiosOf(job: FinishedJob, measured: readonly MeasuredNetwork[], shape: DatasetShape): Ratios {
  const hyperparameters = readJobHyperparameters(job.request);
  const networks = isEnsemble(hyperparameters) ? ensembleNetworks(hyperparameters) : [{ spec: hyperparameters }];
  const costs = networks.map(({ spec }) => estimateCost(spec, shape));
  const costOf = ({ member }: MeasuredNetwork) => costs[Math.max(0, member - 1)];
  const estimated = sum(measured.map((network) => network.epochs * costOf(network).secondsPerEpoch));
  const seconds = sum(measured.map((network) => network.seconds));
  const wholeSeconds = ((job.finishedAt ?? 0) - (job.startedAt ?? 0)) / MS_PER_SECOND;
  const overhead = Math.max(0, wholeSeconds - seconds) / costs[0].secondsAround;
  return { epochs: seconds / estimated, overhead: isEnsemble(hyperparameters) ? null : overhead };
}

async function finishedJobs(
  { database, project }: CalibrationDeps,
  datasetId: string | null,
): Promise<readonly FinishedJob[]> {
  return database
    .selectFrom('jobs')
    .select(['id', 'datasetId', 'request', 'startedAt', 'finishedAt'])
    .where('project', '=', project)
    .where('state', '=', 'succeeded')
    .where('datasetId', datasetId === null ? 'is not' : '=', datasetId)
    .orderBy('id', 'desc')
    .limit(JOBS)
    .execute();
}

async function measuredNetworks(
  { database }: CalibrationDeps,
  jobIds: readonly string[],
): Promise<readonly MeasuredNetwork[]> {
  const single = await database
    .selectFrom('losses')
    .select(({ fn, lit }) => [
      'jobId',
      lit(0).as('member'),
      fn.countAll<number>().as('epochs'),
      fn.sum<number>('seconds').as('seconds'),
    ])
    .where('jobId', 'in', jobIds)
    .groupBy('jobId')
    .execute();
  const members = await database
    .selectFrom('jobMemberLosses')
    .select(({ fn }) => [
      'jobId',
      'member',
      fn.countAll<number>().as('epochs'),
      fn.sum<number>('seconds').as('seconds'),
    ])
    .where('jobId', 'in', jobIds)
    .groupBy(['jobId', 'member'])
    .execute();
  return [...single, ...members];
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

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
