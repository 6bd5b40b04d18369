import { MessageChannel } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { Checkpoints } from '../../jobs/checkpoints/checkpoints.ts';
import { DATASET_MISSING, threadFailure } from '../../jobs/failures.ts';
import type { FindDataset } from '../../jobs/submission/check.ts';
import type { Hyperparameters } from '../../jobs/submission/requestSchema.ts';
import type { Clock } from '../../kit/clock.ts';
import type { StopRule } from '../../training/loop/stopRule.ts';
import { preparationKey } from '../../training/prepare.ts';
import type { RunPlan } from '../../training/report.ts';
import type { TrainingSpec } from '../../training/schemas/spec.ts';
import { pinColumns } from '../thread/columns.ts';
import type { Control } from '../thread/control.ts';
import type { Pool } from '../thread/pool.ts';
import type { FailedResult, ThreadResult } from '../thread/threadTask.ts';
import { type CheckpointWriterDeps, createCheckpointWriter } from './checkpointWriter.ts';
import type { FinishedTraining, TrainedJob } from './endJob.ts';
import type { TrainingMetrics } from './metrics.ts';
import type { PreparedDataCache, PreparedDataEntry } from './preparedDataCache.ts';
import { createThreadListener } from './threadListener.ts';

export interface ThreadRunDeps extends Omit<CheckpointWriterDeps, 'jobId' | 'isRepeated' | 'control' | 'checkpoints'> {
  readonly checkpoints: Checkpoints;
  readonly pool: Pool;
  /** The data that jobs share. */
  readonly preparedData: PreparedDataCache;
  readonly findDataset: FindDataset;
  /** The Parquet file of a dataset; undefined: the dataset or its file is gone. */
  readonly findFile: (datasetId: string) => Promise<string | undefined>;
  readonly onStart: (plan: RunPlan) => void;
  /** Called once, when the thread is free again. */
  readonly onThreadFree: () => void;
  readonly metrics: TrainingMetrics;
  readonly clock: Clock;
}

/** A job that is to be trained. */
export interface RunningJob extends TrainedJob<Hyperparameters> {
  /** The rule by which the training pauses itself; null: it does not. */
  readonly stopRule: StopRule | null;
  /** Whether there may be a checkpoint to resume from. */
  readonly hasCheckpoint: boolean;
  /** Whether the job was started before and did not end: most likely its process died. */
  readonly isRepeated: boolean;
  /**
   * Whether the last checkpoint is stored, to extend the job from it. False for trials, which are
   * too many.
   */
  readonly extendable: boolean;
}

/** Signals that end a run from outside of its thread. */
export interface RunSignals {
  /** The run must not begin any more. */
  readonly leaving: AbortSignal;
  /** Terminates the thread. */
  readonly force: AbortSignal;
}

/** Trains a job on a thread of the pool, from its last checkpoint if it has one. */
export async function trainOnThread(
  deps: ThreadRunDeps,
  job: RunningJob,
  control: Control,
  signals: RunSignals,
): Promise<FinishedTraining> {
  const data = await findData(deps, job);
  if (data === undefined) return { result: { kind: 'failed', failure: DATASET_MISSING }, last: null };
  const key = preparationKey(data.file, data.columns, data.spec);
  const entry = await deps.preparedData.acquire(key, signals.leaving);
  if (entry === undefined) return { result: { kind: 'stopped' }, last: null };
  try {
    return await train(deps, job, { ...data, control, entry }, signals.force);
  } finally {
    entry.release();
  }
}

interface TrainingInput extends NonNullable<Awaited<ReturnType<typeof findData>>> {
  readonly control: Control;
  readonly entry: PreparedDataEntry;
}

async function train(
  deps: ThreadRunDeps,
  job: RunningJob,
  { file, columns, spec, control, entry }: TrainingInput,
  force: AbortSignal,
): Promise<FinishedTraining> {
  const { stopRule, extendable, isRepeated, id: jobId } = job;
  const { earlyStopping } = spec.training;
  const checkpoint = job.hasCheckpoint ? await loadCheckpoint(deps, job, spec) : null;
  const { port1, port2 } = new MessageChannel();
  const checkpointWriter = createCheckpointWriter({ ...deps, jobId, isRepeated, control });
  const { clock, metrics } = deps;
  const listener = createThreadListener({
    ...{ jobId, earlyStopping, control, port: port1, clock, metrics },
    onPrepared: entry.provide,
    onStart(plan) {
      // A thread that shares its prepared data has sent it before it begins to train.
      entry.abandon();
      checkpointWriter.begin();
      deps.onStart(plan);
    },
    writeProgress: deps.progress.add.bind(null, jobId),
    onCheckpoint: checkpointWriter.add,
  });
  const { prepared } = entry;
  const task = {
    spec,
    file,
    columns,
    prepared,
    checkpoint,
    stopRule,
    extendable,
    control: control.buffer,
    port: port2,
  };
  const result: ThreadResult = await resultOf(deps.pool.run(task, force), force, deps.log);
  deps.onThreadFree();
  listener.end();
  const last = await checkpointWriter.end();
  if (result.kind === 'trained') listener.complete();
  return { result, last };
}

/**
 * The checkpoint that the job resumes from; null: it starts from the beginning. The progress of the
 * job is reset to it.
 */
async function loadCheckpoint(
  { checkpoints, queue, log }: ThreadRunDeps,
  { id, spec }: RunningJob,
  pinned: TrainingSpec,
) {
  const checkpoint = await checkpoints.latest(id, pinned);
  await queue.resetToCheckpoint(id, checkpoint, spec.training.earlyStopping?.metric ?? 'validationLoss');
  if (checkpoint) log.info({ epoch: checkpoint.epoch, step: checkpoint.step }, 'job resumed from its checkpoint');
  return checkpoint;
}

/** The file, columns and spec for the thread; undefined when the dataset is gone. */
async function findData({ findDataset, findFile }: ThreadRunDeps, { datasetId, spec }: RunningJob) {
  if (datasetId === null) return undefined;
  const [dataset, file] = [await findDataset(datasetId), await findFile(datasetId)];
  return dataset && file ? { file, ...pinColumns(spec, dataset.columns) } : undefined;
}

/** The result of the thread. If it was terminated by force, the job was stopped. */
export async function resultOf<Result>(
  running: Promise<Result>,
  signal: AbortSignal,
  log: Logger,
): Promise<Result | FailedResult | { readonly kind: 'stopped' }> {
  try {
    return await running;
  } catch (error) {
    if (signal.aborted) return { kind: 'stopped' };
    log.error({ err: error }, 'the thread of the job died');
    return { kind: 'failed', failure: threadFailure(error) };
  }
}
