import { CompiledQuery, type Transaction } from 'kysely';
import { recordLogs } from '../../jobs/events/recordStore.ts';
import type { Log } from '../../jobs/events/schemas.ts';
import type { Database, Queries } from '../../store/database.ts';
import type { JobRow, LossRow, Tables } from '../../store/tables.ts';

/** What a running job has to say: its epochs, how far it is, and lines behind its epochs. JSON is text, as in the tables. */
export interface ProgressUpdate {
  readonly losses?: readonly LossRow[];
  readonly state?: Partial<Pick<JobRow, 'progress' | 'latest' | 'best'>>;
  readonly logs?: readonly Log[];
}

export interface ProgressWriterDeps {
  readonly database: Database;
  /** Only jobs leased to this worker are written. */
  readonly owner: string;
  readonly onWritten: (jobId: string) => void;
  readonly onError: (error: unknown) => void;
}

/** Writes what all running jobs have to say, in few transactions however short their epochs are. */
export interface ProgressWriter {
  add(jobId: string, update: ProgressUpdate): void;
  /** Resolves when all that was added before is written. Rejects when it cannot be: it is kept for the next time. */
  flush(): Promise<void>;
  /** The same, and more in the same transaction: all of it or nothing. */
  flushWith<Result>(more: (queries: Queries) => Promise<Result>): Promise<Result>;
}

/** A transaction waits for the disk, so there are at most ten a second, for all jobs together. */
const INTERVAL_MS = 100;
/** Eight values each, well below SQLite's 32,766 bound values a statement. */
const LOSSES_PER_INSERT = 1_000;

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
        await writeUpdates(transaction, owner, updates);
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

/** Epochs, and the lines behind them. */
interface EpochBatch {
  readonly losses: LossRow[];
  readonly logs: Log[];
}
interface PendingProgress {
  readonly batches: EpochBatch[];
  state: NonNullable<ProgressUpdate['state']>;
}
type Pending = Map<string, PendingProgress>;

function merge(pending: Pending, jobId: string, { losses = [], logs = [], state }: ProgressUpdate): void {
  const { batches, state: before } = pending.get(jobId) ?? { batches: [], state: {} };
  const last = batches.at(-1);
  const isNext = last === undefined || (last.logs.length > 0 && losses.length > 0);
  const batch: EpochBatch = isNext ? { losses: [], logs: [] } : last;
  if (isNext) batches.push(batch);
  for (const loss of losses) batch.losses.push(loss);
  batch.logs.push(...logs);
  pending.set(jobId, { batches, state: { ...before, ...state } });
}

function append(earlier: Pending, later: Pending): void {
  for (const [jobId, { batches, state }] of later) {
    for (const batch of batches) merge(earlier, jobId, batch);
    merge(earlier, jobId, { state });
  }
}

async function writeUpdates(
  transaction: Transaction<Tables>,
  owner: string,
  updates: ReadonlyMap<string, PendingProgress>,
): Promise<void> {
  for (const [jobId, { batches, state }] of updates) {
    const updated = await transaction
      .updateTable('jobs')
      .set({ leaseOwner: owner, ...state })
      .where('id', '=', jobId)
      .where('leaseOwner', '=', owner)
      .executeTakeFirst();
    if (updated.numUpdatedRows === 0n) continue;
    for (const { losses, logs } of batches) {
      await writeLosses(transaction, losses);
      await recordLogs(transaction, [jobId], logs);
    }
  }
}

/** An epoch that is trained again after a crash takes its old place: its readers have been told of it. */
async function writeLosses(transaction: Transaction<Tables>, losses: readonly LossRow[]): Promise<void> {
  for (let start = 0; start < losses.length; start += LOSSES_PER_INSERT) {
    const some = losses.slice(start, start + LOSSES_PER_INSERT);
    await transaction.executeQuery(CompiledQuery.raw(insertOf(some.length), some.flatMap(valuesOf)));
  }
}

/** Written out: to make the same statement of builders, value by value, takes longer than to run it. */
function insertOf(rows: number): string {
  return `INSERT INTO losses (job_id, epoch, step, training_loss, validation_loss, metrics, learning_rate, seconds)
    VALUES ${Array(rows).fill('(?, ?, ?, ?, ?, ?, ?, ?)').join()}
    ON CONFLICT (job_id, epoch) DO UPDATE SET
      step = excluded.step, training_loss = excluded.training_loss, validation_loss = excluded.validation_loss,
      metrics = excluded.metrics, learning_rate = excluded.learning_rate, seconds = excluded.seconds`;
}

function valuesOf(loss: LossRow): readonly (string | number | null)[] {
  const { jobId, epoch, step, trainingLoss, validationLoss, metrics, learningRate, seconds } = loss;
  return [jobId, epoch, step, trainingLoss, validationLoss, metrics, learningRate, seconds];
}
