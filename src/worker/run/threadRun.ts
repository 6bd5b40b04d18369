import { MessageChannel } from 'node:worker_threads';
import type { Logger } from 'pino';
import { DATASET_GONE, failureOfThread } from '../../jobs/failures.ts';
import type { FindDataset } from '../../jobs/submission/check.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Halt } from '../../training/loop/halt.ts';
import { preparationKey } from '../../training/prepare.ts';
import type { RunPlan } from '../../training/report.ts';
import type { TrainingSpec } from '../../training/schemas/spec.ts';
import type { TrainingMetrics } from '../metrics.ts';
import { pinColumns } from '../thread/columns.ts';
import type { Pool } from '../thread/pool.ts';
import type { ThreadResult } from '../thread/threadTask.ts';
import { type CheckpointingParts, keepCheckpoints } from './checkpointing.ts';
import type { Control } from './control.ts';
import type { TrainedJob, Training } from './ending.ts';
import { listen } from './listening.ts';
import type { Preparation, Preparations } from './preparations.ts';

export interface ThreadParts extends Omit<CheckpointingParts, 'jobId' | 'isRepeated' | 'control'> {
  readonly pool: Pool;
  /** What jobs share of their data. */
  readonly preparations: Preparations;
  readonly findDataset: FindDataset;
  /** The Parquet file of a dataset; undefined: it is gone. */
  readonly findFile: (datasetId: string) => Promise<string | undefined>;
  readonly onStart: (plan: RunPlan) => void;
  /** Called once, when the thread is free again. */
  readonly onLeft: () => void;
  readonly metrics: TrainingMetrics;
  readonly clock: Clock;
}

/** A job that is to be trained. */
export interface RunningJob extends TrainedJob {
  /** Where it pauses of itself; null: nowhere. */
  readonly halt: Halt | null;
  /** Whether there may be something to go on from. */
  readonly hasCheckpoint: boolean;
  /** Whether it was started before, without coming to an end: most likely its process died. */
  readonly isRepeated: boolean;
  /** Whether its end is kept, to go on from; of a trial, which is one of many, it is not. */
  readonly extendable: boolean;
}

/** How a run is told to end from outside of its thread. */
export interface RunSignals {
  /** It is not to begin any more. */
  readonly leaving: AbortSignal;
  /** Ends the thread, whatever it does. */
  readonly force: AbortSignal;
}

/** Trains a job on a thread of the pool, from its last checkpoint on where there is one. */
export async function trainOnThread(
  parts: ThreadParts,
  job: RunningJob,
  control: Control,
  signals: RunSignals,
): Promise<Training> {
  const data = await findData(parts, job);
  if (data === undefined) return { result: { kind: 'failed', failure: DATASET_GONE }, last: null };
  const key = preparationKey(data.file, data.columns, data.spec);
  const preparation = await parts.preparations.take(key, signals.leaving);
  if (preparation === undefined) return { result: { kind: 'stopped' }, last: null };
  try {
    return await train(parts, job, { ...data, control, preparation }, signals.force);
  } finally {
    preparation.release();
  }
}

interface Ready extends NonNullable<Awaited<ReturnType<typeof findData>>> {
  readonly control: Control;
  readonly preparation: Preparation;
}

async function train(
  parts: ThreadParts,
  job: RunningJob,
  { file, columns, spec, control, preparation }: Ready,
  force: AbortSignal,
): Promise<Training> {
  const { halt, extendable, isRepeated, id: jobId } = job;
  const { earlyStopping } = spec.training;
  const checkpoint = job.hasCheckpoint ? await goBack(parts, job, spec) : null;
  const { port1, port2 } = new MessageChannel();
  const checkpointing = keepCheckpoints({ ...parts, jobId, isRepeated, control });
  const { clock, metrics } = parts;
  const listening = listen({
    ...{ jobId, earlyStopping, control, port: port1, clock, metrics },
    onPrepared: preparation.made,
    onStart(plan) {
      // Threads hand on what they have made before they begin to train.
      preparation.abandon();
      checkpointing.begin();
      parts.onStart(plan);
    },
    note: parts.journal.add.bind(null, jobId),
    onCheckpoint: checkpointing.take,
  });
  const { prepared } = preparation;
  const task = { spec, file, columns, prepared, checkpoint, halt, extendable, control: control.buffer, port: port2 };
  const result = await resultOf(parts.pool.run(task, force), force, parts.log);
  parts.onLeft();
  listening.end();
  const last = await checkpointing.end();
  if (result.kind === 'trained') listening.complete();
  return { result, last };
}

/** The checkpoint that the job goes on from, where the job shows itself from now on; null: it starts anew. */
async function goBack({ checkpoints, queue, log }: ThreadParts, { id, spec }: RunningJob, pinned: TrainingSpec) {
  const checkpoint = await checkpoints.latest(id, pinned);
  await queue.rewind(id, checkpoint, spec.training.earlyStopping?.metric ?? 'validationLoss');
  if (checkpoint) log.info({ epoch: checkpoint.epoch, step: checkpoint.step }, 'job goes on from its checkpoint');
  return checkpoint;
}

/** What the thread reads; undefined when the dataset is gone. */
async function findData({ findDataset, findFile }: ThreadParts, { datasetId, spec }: TrainedJob) {
  if (datasetId === null) return undefined;
  const [dataset, file] = [await findDataset(datasetId), await findFile(datasetId)];
  return dataset && file ? { file, ...pinColumns(spec, dataset.columns) } : undefined;
}

/** A thread that was ended by force was stopped. */
async function resultOf(running: Promise<ThreadResult>, signal: AbortSignal, log: Logger): Promise<ThreadResult> {
  try {
    return await running;
  } catch (error) {
    if (signal.aborted) return { kind: 'stopped' };
    log.error({ err: error }, 'the thread of the job died');
    return { kind: 'failed', failure: failureOfThread(error) };
  }
}
