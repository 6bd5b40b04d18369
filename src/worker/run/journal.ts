import { CompiledQuery, type Transaction } from 'kysely';
import type { Log } from '../../jobs/events/schemas.ts';
import { tell } from '../../jobs/events/tell.ts';
import type { Database, Queries } from '../../store/database.ts';
import type { JobRow, LossRow, Tables } from '../../store/tables.ts';

/** What a running job has to say: its epochs, how far it is, and lines behind its epochs. JSON is text, as in the tables. */
export interface Note {
  readonly losses?: readonly LossRow[];
  readonly state?: Partial<Pick<JobRow, 'progress' | 'latest' | 'best'>>;
  readonly logs?: readonly Log[];
}

export interface JournalParts {
  readonly database: Database;
  /** Only jobs leased to this worker are written. */
  readonly owner: string;
  readonly onWritten: (jobId: string) => void;
  readonly onError: (error: unknown) => void;
}

/** Writes what all running jobs have to say, in few transactions however short their epochs are. */
export interface Journal {
  add(jobId: string, note: Note): void;
  /** Resolves when all that was added before is written. Rejects when it cannot be: it is kept for the next time. */
  flush(): Promise<void>;
  /** The same, and more in the same transaction: all of it or nothing. */
  flushWith<Result>(more: (queries: Queries) => Promise<Result>): Promise<Result>;
}

/** A transaction waits for the disk, so there are at most ten a second, for all jobs together. */
const INTERVAL_MS = 100;
/** Eight values each, well below SQLite's 32,766 bound values a statement. */
const LOSSES_PER_INSERT = 1_000;

export function createJournal({ database, owner, onWritten, onError }: JournalParts): Journal {
  let pending: Pending = new Map();
  let lastWritten = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const write = async <Result>(more: (queries: Queries) => Promise<Result>): Promise<Result> => {
    const notes = pending;
    pending = new Map();
    let result: Result;
    try {
      result = await database.transaction().execute(async (transaction) => {
        await writeNotes(transaction, owner, notes);
        return more(transaction);
      });
    } catch (error) {
      append(notes, pending);
      pending = notes;
      throw error;
    }
    lastWritten = performance.now();
    for (const jobId of notes.keys()) onWritten(jobId);
    return result;
  };

  const inTurn = <Result>(task: () => Promise<Result>): Promise<Result> => {
    clearTimeout(timer);
    timer = undefined;
    const done = writing.then(task);
    writing = done.then(NOTHING, NOTHING);
    return done;
  };
  const flush = () => inTurn(async () => (pending.size > 0 ? write(async () => {}) : undefined));

  return {
    add(jobId, note) {
      merge(pending, jobId, note);
      const wait = Math.max(0, lastWritten + INTERVAL_MS - performance.now());
      timer ??= setTimeout(() => flush().catch(onError), wait);
    },
    flush,
    flushWith: (more) => inTurn(() => write(more)),
  };
}

const NOTHING = () => {};

/** Epochs, and the lines behind them. */
interface Passage {
  readonly losses: LossRow[];
  readonly logs: Log[];
}
interface Gathered {
  readonly passages: Passage[];
  state: NonNullable<Note['state']>;
}
type Pending = Map<string, Gathered>;

function merge(pending: Pending, jobId: string, { losses = [], logs = [], state }: Note): void {
  const { passages, state: before } = pending.get(jobId) ?? { passages: [], state: {} };
  const last = passages.at(-1);
  const isNext = last === undefined || (last.logs.length > 0 && losses.length > 0);
  const passage: Passage = isNext ? { losses: [], logs: [] } : last;
  if (isNext) passages.push(passage);
  for (const loss of losses) passage.losses.push(loss);
  passage.logs.push(...logs);
  pending.set(jobId, { passages, state: { ...before, ...state } });
}

function append(earlier: Pending, later: Pending): void {
  for (const [jobId, { passages, state }] of later) {
    for (const passage of passages) merge(earlier, jobId, passage);
    merge(earlier, jobId, { state });
  }
}

async function writeNotes(
  transaction: Transaction<Tables>,
  owner: string,
  notes: ReadonlyMap<string, Gathered>,
): Promise<void> {
  for (const [jobId, { passages, state }] of notes) {
    const updated = await transaction
      .updateTable('jobs')
      .set({ leaseOwner: owner, ...state })
      .where('id', '=', jobId)
      .where('leaseOwner', '=', owner)
      .executeTakeFirst();
    if (updated.numUpdatedRows === 0n) continue;
    for (const { losses, logs } of passages) {
      await writeLosses(transaction, losses);
      for (const log of logs) await tell(transaction, [jobId], log);
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
