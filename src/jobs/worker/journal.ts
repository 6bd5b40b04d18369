import type { Transaction } from 'kysely';
import type { Database } from '../../store/database.ts';
import type { JobRow, LossRow, Tables } from '../../store/tables.ts';

/** What a running job has to say: its epochs, and how far it is. JSON is text, as in the tables. */
export interface Note {
  readonly losses: readonly LossRow[];
  readonly state: Partial<Pick<JobRow, 'progress' | 'latest' | 'best'>>;
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

  const write = async () => {
    const notes = pending;
    if (notes.size === 0) return;
    pending = new Map();
    try {
      await database.transaction().execute((transaction) => writeNotes(transaction, owner, notes));
    } catch (error) {
      for (const [jobId, note] of pending) merge(notes, jobId, note);
      pending = notes;
      throw error;
    }
    lastWritten = performance.now();
    for (const jobId of notes.keys()) onWritten(jobId);
  };

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const written = writing.then(write);
    writing = written.catch(() => {});
    return written;
  };

  return {
    add(jobId, note) {
      merge(pending, jobId, note);
      const wait = Math.max(0, lastWritten + INTERVAL_MS - performance.now());
      timer ??= setTimeout(() => flush().catch(onError), wait);
    },
    flush,
  };
}

type Pending = Map<string, { readonly losses: LossRow[]; state: Note['state'] }>;

function merge(pending: Pending, jobId: string, { losses, state }: Note): void {
  const entry = pending.get(jobId) ?? { losses: [], state: {} };
  for (const loss of losses) entry.losses.push(loss);
  entry.state = { ...entry.state, ...state };
  pending.set(jobId, entry);
}

async function writeNotes(
  transaction: Transaction<Tables>,
  owner: string,
  notes: ReadonlyMap<string, Note>,
): Promise<void> {
  for (const [jobId, { losses, state }] of notes) {
    const updated = await transaction
      .updateTable('jobs')
      .set({ leaseOwner: owner, ...state })
      .where('id', '=', jobId)
      .where('leaseOwner', '=', owner)
      .executeTakeFirst();
    if (updated.numUpdatedRows > 0n) await writeLosses(transaction, losses);
  }
}

/** An epoch that is trained again takes its old place. */
async function writeLosses(transaction: Transaction<Tables>, losses: readonly LossRow[]): Promise<void> {
  for (let start = 0; start < losses.length; start += LOSSES_PER_INSERT) {
    await transaction
      .insertInto('losses')
      .values(losses.slice(start, start + LOSSES_PER_INSERT))
      .onConflict((conflict) =>
        conflict.columns(['jobId', 'epoch']).doUpdateSet((eb) => ({
          step: eb.ref('excluded.step'),
          trainingLoss: eb.ref('excluded.trainingLoss'),
          validationLoss: eb.ref('excluded.validationLoss'),
          metrics: eb.ref('excluded.metrics'),
          learningRate: eb.ref('excluded.learningRate'),
          seconds: eb.ref('excluded.seconds'),
        })),
      )
      .execute();
  }
}
