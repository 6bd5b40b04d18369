import { MessageChannel } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { Clock } from '../../kit/clock.ts';
import type { Warning } from '../../kit/warning.ts';
import type { Queries } from '../../store/database.ts';
import type { Outcome } from '../../training/outcome.ts';
import type { FindDataset } from '../check.ts';
import { DATASET_GONE, failureOfThread, INTERNAL_ERROR } from '../failures.ts';
import type { Hyperparameters } from '../requestSchema.ts';
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
  readonly name: string;
  readonly datasetId: string | null;
  readonly spec: Hyperparameters;
  /** What was known when it was queued. */
  readonly warnings: readonly Warning[];
}

/** Writes the model of a job with `queries`, made at `now` (milliseconds since 1970), and returns its id. */
export type SaveModel = (queries: Queries, job: TrainedJob, outcome: Outcome, now: number) => Promise<string>;

export interface RunParts {
  readonly queue: Queue;
  readonly journal: Journal;
  readonly pool: Pool;
  readonly saveModel: SaveModel;
  readonly findDataset: FindDataset;
  /** The Parquet file of a dataset; undefined: it is gone. */
  readonly findFile: (datasetId: string) => Promise<string | undefined>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Why a run is stopped: the client wants it, the process ends, or the lease is somebody else's now. */
export type StopReason = 'cancel' | 'shutdown' | 'lost';

export interface Run {
  readonly jobId: string;
  readonly memoryBytes: number;
  /** Asks the thread to stop at its next batch; the first reason counts. */
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
    name: claimed.name,
    datasetId: claimed.datasetId,
    spec: JSON.parse(claimed.request),
    warnings: JSON.parse(claimed.warnings),
  };
  let reason: StopReason | undefined;

  const run = async () => {
    const result = await trainOnThread({ ...parts, log }, job, control);
    await parts.journal.flush();
    await end({ ...parts, log }, job, result, reason);
  };
  const giveUp = async (error: unknown) => {
    log.error({ err: error }, 'the end of the job could not be written');
    await parts.queue.fail(job.id, INTERNAL_ERROR);
  };
  return {
    jobId: job.id,
    memoryBytes: claimed.memoryBytes,
    stop(why) {
      reason ??= why;
      control.end('cancel');
    },
    ended: run()
      .catch(giveUp)
      .catch((error) => log.error({ err: error }, 'nor could its failure: it is tried again')),
  };
}

async function trainOnThread(parts: RunParts, job: TrainedJob, control: Control): Promise<ThreadResult> {
  const { spec, id: jobId } = job;
  const data = await findData(parts, job);
  if (data === undefined) return { kind: 'failed', failure: DATASET_GONE };
  await parts.queue.forgetLosses(jobId);
  const { port1, port2 } = new MessageChannel();
  const { earlyStopping } = spec.training;
  const note = parts.journal.add.bind(null, jobId);
  const listening = listen({ jobId, earlyStopping, control, port: port1, clock: parts.clock, note });
  const task = { ...data, control: control.buffer, port: port2 };
  const result = await resultOf(parts.pool.run(task), control, parts.log);
  listening.end();
  if (result.kind === 'trained') listening.complete();
  return result;
}

/** What the thread reads; undefined when the dataset is gone. */
async function findData({ findDataset, findFile }: RunParts, { datasetId, spec }: TrainedJob) {
  if (datasetId === null) return undefined;
  const [dataset, file] = [await findDataset(datasetId), await findFile(datasetId)];
  return dataset && file ? { file, ...pinColumns(spec, dataset.columns) } : undefined;
}

/** A thread that dies while it is asked to stop was ended by force. */
async function resultOf(running: Promise<ThreadResult>, control: Control, log: Logger): Promise<ThreadResult> {
  try {
    return await running;
  } catch (error) {
    if (control.ending() !== null) return { kind: 'stopped' };
    log.error({ err: error }, 'the thread of the job died');
    return { kind: 'failed', failure: failureOfThread(error) };
  }
}

/** Brings the job to the state that the thread's result leads to. */
async function end(parts: RunParts, job: TrainedJob, result: ThreadResult, reason: StopReason | undefined) {
  const { queue, log } = parts;
  switch (result.kind) {
    case 'trained':
      return succeed(parts, job, result.outcome);
    case 'failed':
      log.warn({ failure: result.failure, err: result.error }, 'job failed');
      return queue.fail(job.id, result.failure);
    case 'stopped':
      log.info({ reason }, 'job stopped');
      if (reason === 'cancel') return queue.cancel(job.id);
      if (reason === 'shutdown') return queue.putBack(job.id);
  }
}

async function succeed({ queue, saveModel, clock, log }: RunParts, job: TrainedJob, outcome: Outcome): Promise<void> {
  const warnings = distinct([...job.warnings, ...outcome.warnings]);
  const saved = await queue.succeed(job.id, warnings, (queries) => saveModel(queries, job, outcome, clock()));
  if (saved) log.info({ epochs: outcome.epochs }, 'job succeeded');
  // Whoever was told that the job will be cancelled must not find it succeeded.
  else await queue.cancel(job.id);
}

/** The profile and the training rows may say the same of a column. */
function distinct(warnings: readonly Warning[]): readonly Warning[] {
  return [...new Map(warnings.map((warning) => [`${warning.code} ${warning.column}`, warning])).values()];
}
