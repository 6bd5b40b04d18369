/**
 * The only code that writes `jobs.state`. With the state it writes the event, and the deliveries to
 * webhooks when the state is final, in one transaction: a reader sees all of them or none.
 */

import { type ExpressionBuilder, sql, type UpdateQueryBuilder } from 'kysely';
import type { Warning } from '../kit/warning.ts';
import { inTransaction, type Queries } from '../store/database/database.ts';
import { fromJson, fromNullableJson } from '../store/database/json.ts';
import type { JobRow, JobState, Tables } from '../store/database/tables.ts';
import { enqueueDeliveries } from '../webhooks/deliveryStore.ts';
import { recordNewJob, recordStates } from './recordStore.ts';
import { type FinalState, isFinal } from './states.ts';
import type { NewJob } from './submission/newJob.ts';

/** The states from which a job can move to each state. */
export const allowedFrom = {
  queued: ['running', 'paused', 'succeeded', 'failed', 'cancelled'],
  running: ['queued'],
  paused: ['queued', 'running'],
  succeeded: ['running'],
  failed: ['running'],
  cancelled: ['queued', 'running', 'paused'],
} as const satisfies Readonly<Record<JobState, readonly JobState[]>>;

interface MoveTo<State extends JobState> {
  readonly to: State;
  /** Only jobs in these states are moved. Default: all from which the move is allowed. */
  readonly from?: readonly (typeof allowedFrom)[State][number][];
}
type MoveToFinal<State extends FinalState> = MoveTo<State> & {
  /** The time at which the job ends, in milliseconds since 1970. */
  readonly now: number;
};
export type Move =
  | MoveTo<'queued'>
  | MoveTo<'running'>
  | MoveTo<'paused'>
  | MoveToFinal<'succeeded'>
  | MoveToFinal<'failed'>
  | MoveToFinal<'cancelled'>;

const MOVED = [
  'id',
  'project',
  'name',
  'state',
  'attempts',
  'datasetId',
  'modelId',
  'error',
  'trial',
  'finishedAt',
] as const;
/** A job after a move. */
export type MovedJob = Pick<JobRow, (typeof MOVED)[number]>;

type JobUpdate<Row> = UpdateQueryBuilder<Tables, 'jobs', 'jobs', Row>;

/**
 * Moves jobs to another state and returns them, in the caller's transaction or in one of its own.
 * `choose` adds the conditions to the statement, and what it writes and returns besides the state.
 * A job that is in none of the states `from` is not moved: an empty result means that another
 * process was first.
 */
export function moveJobs<Row extends MovedJob>(
  queries: Queries,
  move: Move,
  choose: (jobs: JobUpdate<MovedJob>) => JobUpdate<Row>,
): Promise<readonly Row[]> {
  return inTransaction(queries, async (transaction) => {
    const jobs = transaction
      .updateTable('jobs')
      .set(sql.ref('state'), move.to)
      .set(columnsOf(move))
      .where('state', 'in', move.from ?? allowedFrom[move.to])
      .returning(MOVED);
    const moved = await choose(jobs).execute();
    await recordStates(transaction, moved);
    for (const job of moved) await deliver(transaction, job);
    return moved;
  });
}

/** The columns that follow from the state alone. */
function columnsOf(move: Move) {
  return {
    finishedAt: 'now' in move ? move.now : null,
    ...(move.to !== 'running' && { leaseOwner: null, leaseUntil: null }),
    // The request to create its model stays with a job until a worker has performed it.
    ...(move.to !== 'queued' && move.to !== 'running' && { requested: null }),
    ...(move.to !== 'failed' && { error: null }),
    ...(move.to !== 'paused' && move.to !== 'cancelled' && { halted: 0 as const }),
  };
}

/** Trials have no deliveries. Their sweep has. */
async function deliver(queries: Queries, job: MovedJob): Promise<void> {
  const { id, project, name, state, datasetId, modelId, error, trial, finishedAt } = job;
  if (!isFinal(state) || trial !== null || finishedAt === null) return;
  const data = { jobId: id, name, state, datasetId, modelId, error: fromNullableJson(error) };
  await enqueueDeliveries(queries, { project, type: `job.${state}`, data, at: finishedAt });
}

/**
 * Inserts a job in the state `queued`, in the caller's transaction or in one of its own. Its
 * warnings become log lines.
 */
export function insertQueuedJob(queries: Queries, job: NewJob): Promise<void> {
  return inTransaction(queries, async (transaction) => {
    const row = { ...job, state: 'queued', attempts: 0, crashes: 0 } as const;
    await transaction.insertInto('jobs').values(row).execute();
    await recordNewJob(transaction, { ...row, modelId: null, error: null }, warningLogs(job.warnings));
  });
}

/** The warnings of a job, JSON as in its row, as log lines. */
export function warningLogs(warnings: string) {
  return fromJson<readonly Warning[]>(warnings).map((warning) => ({ ...warning, level: 'warning' as const }));
}

export type JobExpressions = ExpressionBuilder<Tables, 'jobs'>;

/** The columns that clear a suspect and its count of crashes. */
export const NOT_SUSPECT = { crashes: 0, suspectAt: null } as const;

/**
 * `attempts` of a job that resumes from where it was paused: the next claim counts no new attempt.
 */
export const SAME_ATTEMPT = sql<number>`CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END`;

/** Whether the job has a checkpoint from which it can resume. */
export function hasCheckpoint(eb: JobExpressions) {
  const checkpoints = eb.selectFrom('checkpoints').select('step').whereRef('checkpoints.jobId', '=', 'jobs.id');
  return eb.exists(checkpoints);
}

/**
 * The progress of a job that does not run: unchanged if it can resume from a checkpoint, else none,
 * because it starts again.
 */
export function progressIfResumable(eb: JobExpressions) {
  const ifResumable = (column: 'progress' | 'latest' | 'best') =>
    eb.case().when(hasCheckpoint(eb)).then(eb.ref(column)).else(null).end();
  return { progress: ifResumable('progress'), latest: ifResumable('latest'), best: ifResumable('best') };
}

/** The progress of a job that is queued again. */
export function requeuedProgress(eb: JobExpressions) {
  return { startedAt: null, ...progressIfResumable(eb) };
}
