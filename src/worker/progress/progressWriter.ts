import type { Log } from '../../jobs/schemas.ts';
import type { Database, Queries } from '../../store/database/database.ts';
import type { LossRow } from '../../store/database/tables.ts';
import { type EpochBatch, type MemberUpdate, type ShownProgress, writeProgress } from './progressStore.ts';

/**
 * New progress of a running job: epochs, the columns that show it, and log lines that follow the
 * epochs. JSON is text, as in the tables.
 */
export interface ProgressUpdate {
  readonly losses?: readonly LossRow[];
  readonly members?: readonly MemberUpdate[];
  readonly shown?: ShownProgress;
  readonly logs?: readonly Log[];
}

export interface ProgressWriterDeps {
  readonly database: Database;
  /** Only jobs leased to this worker are written. */
  readonly owner: string;
  readonly onWritten: (jobId: string) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Writes the progress of all running jobs. Updates are collected, so that short epochs do not cause
 * many transactions.
 */
export interface ProgressWriter {
  add(jobId: string, update: ProgressUpdate): void;
  /**
   * Resolves when all earlier updates are written. Rejects when the write fails: the updates stay
   * for the next write.
   */
  flush(): Promise<void>;
  /** Like `flush`, with the changes of `more` in the same transaction: all or none. */
  flushWith<Result>(more: (queries: Queries) => Promise<Result>): Promise<Result>;
}

/** At most ten transactions a second for all jobs together, because each waits for the disk. */
const INTERVAL_MS = 100;

export function createProgressWriter({ database, owner, onWritten, onError }: ProgressWriterDeps): ProgressWriter {
  let pending: Pending = new Map();
  let lastWritten = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const write = async <Result>(more: (queries: Queries) => Promise<Result>): Promise<Result> => {
    const updates = pending;
    pending = new Map();
    let result: Result;
    try {
      result = await database.transaction().execute(async (transaction) => {
        await writeProgress(transaction, owner, updates);
        return more(transaction);
      });
    } catch (error) {
      append(updates, pending);
      pending = updates;
      throw error;
    }
    lastWritten = performance.now();
    for (const jobId of updates.keys()) onWritten(jobId);
    return result;
  };

  const enqueue = <Result>(task: () => Promise<Result>): Promise<Result> => {
    clearTimeout(timer);
    timer = undefined;
    const done = writing.then(task);
    writing = done.then(NOTHING, NOTHING);
    return done;
  };
  const flush = () => enqueue(async () => (pending.size > 0 ? write(async () => {}) : undefined));

  return {
    add(jobId, update) {
      merge(pending, jobId, update);
      const wait = Math.max(0, lastWritten + INTERVAL_MS - performance.now());
      timer ??= setTimeout(() => flush().catch(onError), wait);
    },
    flush,
    flushWith: (more) => enqueue(() => write(more)),
  };
}

const NOTHING = () => {};

interface PendingProgress {
  readonly batches: EpochBatch[];
  readonly shown: ShownProgress;
}
type Pending = Map<string, PendingProgress>;

function merge(pending: Pending, jobId: string, { losses = [], members = [], logs = [], shown }: ProgressUpdate): void {
  const { batches, shown: before } = pending.get(jobId) ?? { batches: [], shown: {} };
  const last = batches.at(-1);
  const isNext = last === undefined || (last.logs.length > 0 && losses.length + members.length > 0);
  const batch: EpochBatch = isNext ? { losses: [], members: [], logs: [] } : last;
  if (isNext) batches.push(batch);
  for (const loss of losses) batch.losses.push(loss);
  batch.members.push(...members);
  batch.logs.push(...logs);
  pending.set(jobId, { batches, shown: { ...before, ...shown } });
}

function append(first: Pending, second: Pending): void {
  for (const [jobId, { batches, shown }] of second) {
    for (const batch of batches) merge(first, jobId, batch);
    merge(first, jobId, { shown });
  }
}
