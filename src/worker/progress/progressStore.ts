import { CompiledQuery } from 'kysely';
import { recordLogs } from '../../jobs/recordStore.ts';
import type { Log } from '../../jobs/schemas.ts';
import type { Queries } from '../../store/database/database.ts';
import type { JobMemberRow, JobRow, LossRow } from '../../store/database/tables.ts';

/** Epochs, and the log lines that follow them. */
export interface EpochBatch {
  readonly losses: LossRow[];
  readonly members: MemberUpdate[];
  readonly logs: Log[];
}

/** What is new about a network of an ensemble. JSON is text, as in the tables. */
export interface MemberUpdate {
  readonly member: number;
  readonly changes?: Partial<Omit<JobMemberRow, 'jobId' | 'member'>>;
  readonly losses?: readonly LossRow[];
}

/** The columns of a job that show its progress. */
export type ShownProgress = Partial<Pick<JobRow, 'progress' | 'latest' | 'best'>>;

export interface JobProgress {
  readonly batches: readonly EpochBatch[];
  readonly shown: ShownProgress;
}

/** Eight values each, well below SQLite's 32,766 bound values a statement. */
const LOSSES_PER_INSERT = 1_000;

/**
 * Writes the progress of the jobs that are still leased to worker `owner`, within the caller's
 * transaction.
 */
export async function writeProgress(
  transaction: Queries,
  owner: string,
  updates: ReadonlyMap<string, JobProgress>,
): Promise<void> {
  for (const [jobId, { batches, shown }] of updates) {
    const updated = await transaction
      .updateTable('jobs')
      .set({ leaseOwner: owner, ...shown })
      .where('id', '=', jobId)
      .where('leaseOwner', '=', owner)
      .executeTakeFirst();
    if (updated.numUpdatedRows === 0n) continue;
    for (const { losses, members, logs } of batches) {
      await writeLosses(transaction, losses);
      for (const member of members) await writeMember(transaction, jobId, member);
      await recordLogs(transaction, [jobId], logs);
    }
  }
}

/**
 * An epoch that is trained again after a crash replaces the earlier row. Readers of the events have
 * that epoch already.
 */
async function writeLosses(transaction: Queries, losses: readonly LossRow[]): Promise<void> {
  for (let start = 0; start < losses.length; start += LOSSES_PER_INSERT) {
    const some = losses.slice(start, start + LOSSES_PER_INSERT);
    await transaction.executeQuery(CompiledQuery.raw(insertOf(some.length), some.flatMap(valuesOf)));
  }
}

async function writeMember(
  transaction: Queries,
  jobId: string,
  { member, changes, losses = [] }: MemberUpdate,
): Promise<void> {
  if (changes) {
    const row = { jobId, member, state: 'training', layers: null, best: null, selected: null, ...changes } as const;
    await transaction
      .insertInto('jobMembers')
      .values(row)
      .onConflict((conflict) => conflict.columns(['jobId', 'member']).doUpdateSet({ member, ...changes }))
      .execute();
  }
  for (const loss of losses) {
    const { jobId: _, epoch: __, ...measured } = loss;
    await transaction
      .insertInto('jobMemberLosses')
      .values({ ...loss, member })
      .onConflict((conflict) => conflict.columns(['jobId', 'member', 'epoch']).doUpdateSet(measured))
      .execute();
  }
}

/**
 * SQL text, because building the same statement with Kysely, value by value, is slower than running
 * it.
 */
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
