import { MessageChannel } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { Clock } from '../../kit/clock.ts';
import type { Warning } from '../../kit/warning.ts';
import type { Queries } from '../../store/database.ts';
import type { CheckpointRow, JobWish } from '../../store/tables.ts';
import type { Ending } from '../../training/control.ts';
import type { Outcome } from '../../training/outcome.ts';
import type { RunPlan } from '../../training/report.ts';
import type { FindDataset } from '../check.ts';
import { DATASET_GONE, failureOfThread, INTERNAL_ERROR } from '../failures.ts';
import { type Hyperparameters, readHyperparameters } from '../requestSchema.ts';
import { type CheckpointingParts, keepCheckpoints } from './checkpointing.ts';
import { pinColumns } from './columns.ts';
import { type Control, createControl } from './control.ts';
import type { Journal } from './journal.ts';
import { listen } from './listening.ts';
import type { Pool } from './pool.ts';
import type { ClaimedJob, Queue } from './queue.ts';
import type { ThreadResult } from './threadTask.ts';

/** A job as the models' room sees it. */
export interface TrainedJob {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly datasetId: string | null;
  readonly spec: Hyperparameters;
  /** What was known when it was queued. */
  readonly warnings: readonly Warning[];
}

/** Writes the model of a job with `queries`, made at `now` (milliseconds since 1970), and returns its id. */
export type SaveModel = (queries: Queries, job: TrainedJob, outcome: Outcome, now: number) => Promise<string>;

export interface RunParts extends Pick<CheckpointingParts, 'checkpoints' | 'checkpointMs'> {
  readonly queue: Queue;
  readonly journal: Journal;
  readonly pool: Pool;
  readonly saveModel: SaveModel;
  readonly findDataset: FindDataset;
  /** The Parquet file of a dataset; undefined: it is gone. */
  readonly findFile: (datasetId: string) => Promise<string | undefined>;
  /** A thread that does not hear that it should stop (it reads a large file, say) is ended after so long. */
  readonly stopMs: number;
  /** Called when the training begins: what it can use is known then. */
  readonly onStart: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Why a run is stopped: a client wants it, the process ends, or the lease is somebody else's now. */
export type StopReason = JobWish | 'shutdown' | 'lost';

const ENDING_FOR: Readonly<Record<StopReason, Ending>> = {
  cancel: 'cancel',
  pause: 'pause',
  stop: 'stop',
  shutdown: 'pause',
  lost: 'cancel',
};

export interface Run {
  readonly jobId: string;
  readonly memoryBytes: number;
  /** How many threads it can use; 1 until the training begins. */
  mostThreads(): number;
  /** From its next step on it uses as many of them. */
  setThreads(count: number): void;
  /** Asks the thread to stop at its next step; the first reason counts, but for those that leave nothing. */
  stop(reason: StopReason): void;
  /** Resolves when the job has left this worker. Never rejects. */
  readonly ended: Promise<void>;
}

/** Runs one claimed job on a thread of the pool, from its dataset to its final state. */
export function startRun(parts: RunParts, claimed: ClaimedJob): Run {
  const control = createControl();
  const log = parts.log.child({ jobId: claimed.id });
  const job: TrainedJob = {
    id: claimed.id,
    project: claimed.project,
    name: claimed.name,
    datasetId: claimed.datasetId,
    spec: readHyperparameters(claimed.request),
    warnings: JSON.parse(claimed.warnings),
  };
  let mostThreads = 1;
  const onStart = (plan: RunPlan) => {
    mostThreads = plan.mostThreads;
    parts.onStart();
  };
  const force = new AbortController();
  let deadline: NodeJS.Timeout | undefined;

  const run = async () => {
    const training = await trainOnThread({ ...parts, log, onStart }, job, control, force.signal);
    clearTimeout(deadline);
    await parts.journal.flush();
    await end({ ...parts, log }, job, training);
  };
  const giveUp = async (error: unknown) => {
    log.error({ err: error }, 'the end of the job could not be written');
    await parts.queue.fail(job.id, INTERNAL_ERROR);
  };
  const stop = (reason: StopReason) => {
    control.end(ENDING_FOR[reason]);
    // Whoever is to make its model has to measure it first, which may take long.
    if (reason !== 'stop') deadline ??= setTimeout(() => force.abort(), parts.stopMs);
  };
  if (claimed.requested) stop(claimed.requested);
  return {
    jobId: job.id,
    memoryBytes: claimed.memoryBytes,
    mostThreads: () => mostThreads,
    setThreads: control.setThreads,
    stop,
    ended: run()
      .catch(giveUp)
      .catch((error) => log.error({ err: error }, 'nor could its failure: it is tried again')),
  };
}

interface ThreadParts extends Omit<RunParts, 'onStart'> {
  readonly onStart: (plan: RunPlan) => void;
}

interface Training {
  readonly result: ThreadResult;
  /** Where an extension goes on from, once the model is saved. */
  readonly last: CheckpointRow | null;
}

async function trainOnThread(
  parts: ThreadParts,
  job: TrainedJob,
  control: Control,
  signal: AbortSignal,
): Promise<Training> {
  const { spec, id: jobId } = job;
  const data = await findData(parts, job);
  if (data === undefined) return { result: { kind: 'failed', failure: DATASET_GONE }, last: null };
  const checkpoint = await parts.checkpoints.latest(jobId, data.spec);
  const { earlyStopping } = spec.training;
  await parts.queue.rewind(jobId, checkpoint, earlyStopping?.metric ?? 'validationLoss');
  if (checkpoint) parts.log.info({ epoch: checkpoint.epoch, step: checkpoint.step }, 'job goes on from its checkpoint');
  const { port1, port2 } = new MessageChannel();
  const note = parts.journal.add.bind(null, jobId);
  const checkpointing = keepCheckpoints({ ...parts, jobId, control });
  const onCheckpoint = checkpointing.take;
  const { clock, onStart } = parts;
  const listening = listen({ jobId, earlyStopping, control, port: port1, clock, onStart, note, onCheckpoint });
  const task = { ...data, checkpoint, control: control.buffer, port: port2 };
  const result = await resultOf(parts.pool.run(task, signal), signal, parts.log);
  listening.end();
  const last = await checkpointing.end();
  if (result.kind === 'trained') listening.complete();
  return { result, last };
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

/** Brings the job to the state that its training leads to. */
async function end(parts: RunParts, job: TrainedJob, { result, last }: Training): Promise<void> {
  const { queue, checkpoints, log } = parts;
  switch (result.kind) {
    case 'trained':
      return succeed(parts, job, result.outcome, last);
    case 'failed':
      log.warn({ failure: result.failure, err: result.error }, 'job failed');
      // It would come to the same from where it has got to.
      if (result.failure.code === 'loss_diverged') await checkpoints.forget(job.id);
      return queue.fail(job.id, result.failure);
    case 'stopped':
      log.info('job stopped');
      return queue.release(job.id);
  }
}

/** The model, the job's end and the checkpoint that an extension goes on from: all or none of them. */
async function succeed(parts: RunParts, job: TrainedJob, outcome: Outcome, last: CheckpointRow | null): Promise<void> {
  const { queue, checkpoints, saveModel, clock, log } = parts;
  const warnings = distinct([...job.warnings, ...outcome.warnings]);
  const { epochs } = outcome;
  let needless: readonly string[] = last ? [last.file] : [];
  let replaced: readonly string[] = [];
  try {
    const saved = await queue.succeed(job.id, { epochs, warnings }, async (queries) => {
      const modelId = await saveModel(queries, job, outcome, clock());
      if (last) replaced = await checkpoints.record(queries, last);
      return modelId;
    });
    // Whoever was told that the job will be cancelled must not find it succeeded.
    if (!saved) return await queue.release(job.id);
    needless = replaced;
    log.info({ epochs }, 'job succeeded');
  } finally {
    await checkpoints.removeFiles(needless);
  }
}

/** The profile and the training rows may say the same of a column. */
function distinct(warnings: readonly Warning[]): readonly Warning[] {
  return [...new Map(warnings.map((warning) => [`${warning.code} ${warning.column}`, warning])).values()];
}
