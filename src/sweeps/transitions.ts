/**
 * The only code that writes `sweeps.state` and `trials.state`. Every function runs in the caller's
 * transaction.
 */
import { sql } from 'kysely';
import type { Queries } from '../store/database/database.ts';
import type { SweepRow, SweepState, TrialRow, TrialState } from '../store/database/tables.ts';

/** The states from which a client can pause, resume, cancel or delete a sweep. */
export const SWEEP_TRANSITIONS = {
  paused: ['running'],
  resumed: ['paused', 'succeeded', 'failed', 'cancelled'],
  cancelled: ['running', 'paused'],
  deleted: ['succeeded', 'failed', 'cancelled'],
} as const satisfies Readonly<Record<string, readonly SweepState[]>>;
export type SweepTransition = keyof typeof SWEEP_TRANSITIONS;

const NEXT_STATE = { paused: 'paused', resumed: 'running', cancelled: 'cancelled' } as const;

type SweepChange = Partial<Omit<SweepRow, 'id' | 'project' | 'state'>>;
type TrialChange = Partial<Omit<TrialRow, 'sweepId' | 'number' | 'state'>>;

export async function insertSweep(queries: Queries, row: SweepRow): Promise<void> {
  await queries.insertInto('sweeps').values(row).execute();
}

/** False: the state of the sweep does not allow the transition, and nothing was changed. */
export async function moveSweep(
  queries: Queries,
  id: string,
  transition: keyof typeof NEXT_STATE,
  change: SweepChange,
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('sweeps')
    .set({ ...change, state: NEXT_STATE[transition] })
    .where('id', '=', id)
    .where('state', 'in', SWEEP_TRANSITIONS[transition])
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Ends a running sweep. */
export async function endSweep(
  queries: Queries,
  id: string,
  state: 'succeeded' | 'failed',
  change: SweepChange,
): Promise<void> {
  await queries
    .updateTable('sweeps')
    .set({ ...change, state })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute();
}

/** A new trial: it runs, or it failed because its parameters make an invalid job. */
type NewTrialRow = TrialChange &
  Pick<TrialRow, 'sweepId' | 'number' | 'parameters' | 'createdAt'> & { readonly state: 'running' | 'failed' };

export async function insertTrial(queries: Queries, trial: NewTrialRow): Promise<void> {
  await queries.insertInto('trials').values(trial).execute();
}

/** Writes the outcome of a running trial, or of one that was cancelled before its job ended. */
export async function endTrial(
  queries: Queries,
  { sweepId, number }: Pick<TrialRow, 'sweepId' | 'number'>,
  state: Exclude<TrialState, 'running'>,
  change: TrialChange,
): Promise<void> {
  await queries
    .updateTable('trials')
    .set({ ...change, state, leaseUntil: null })
    .where('sweepId', '=', sweepId)
    .where('number', '=', number)
    .where('state', 'in', ['running', 'cancelled'])
    .execute();
}

/** Resumes a trial. True: it had ended, because the sweep was over. False: it was paused. */
export async function resumeTrial(
  queries: Queries,
  { sweepId, number }: Pick<TrialRow, 'sweepId' | 'number'>,
): Promise<boolean> {
  const trial = queries
    .updateTable('trials')
    .set({ state: 'running', finishedAt: null })
    .where('sweepId', '=', sweepId)
    .where('number', '=', number);
  const reopened = await trial.where('state', 'in', ['pruned', 'cancelled']).executeTakeFirst();
  if (reopened.numUpdatedRows > 0n) return true;
  await trial.where('state', '=', 'paused').execute();
  return false;
}

/** Prunes the paused trials of a sweep that ends. Returns the ids of their jobs. */
export async function prunePaused(queries: Queries, sweepId: string, now: number): Promise<readonly string[]> {
  const pruned = await queries
    .updateTable('trials')
    .set({ state: 'pruned', finishedAt: now })
    .where('sweepId', '=', sweepId)
    .where('state', '=', 'paused')
    .returning('jobId')
    .execute();
  return pruned.flatMap(({ jobId }) => jobId ?? []);
}

/** Cancels the running and the paused trials of a sweep. */
export async function cancelTrials(queries: Queries, sweepId: string, now: number): Promise<void> {
  await queries
    .updateTable('trials')
    .set({ state: 'cancelled', finishedAt: now, leaseUntil: null })
    .where('sweepId', '=', sweepId)
    .where('state', 'in', ['running', 'paused'])
    .execute();
}

/** Fails the running trials whose lease expired before `now`. Returns their numbers. */
export async function failExpired(
  queries: Queries,
  sweepId: string,
  error: TrialRow['error'],
  now: number,
): Promise<readonly number[]> {
  const failed = await queries
    .updateTable('trials')
    .set({ state: 'failed', error, objective: null, objectives: null, finishedAt: now, leaseUntil: null })
    .where('sweepId', '=', sweepId)
    .where('state', '=', sql.lit('running'))
    .where('leaseUntil', '<', now)
    .returning('number')
    .execute();
  return failed.map(({ number }) => number);
}
