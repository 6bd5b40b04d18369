/**
 * The only code that writes `sweeps.state` and `trials.state`. With a state it writes the event,
 * and the deliveries to webhooks when a sweep becomes final. Every function runs in the caller's
 * transaction, so a reader sees all of them or none.
 */
import { sql, type UpdateQueryBuilder } from 'kysely';
import type { Queries } from '../store/database/database.ts';
import { fromJson, fromNullableJson } from '../store/database/json.ts';
import type { SweepRow, SweepState, Tables, TrialRow, TrialState } from '../store/database/tables.ts';
import { enqueueDeliveries } from '../webhooks/deliveryStore.ts';
import { insertSweepEvents } from './events/eventStore.ts';

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

export async function insertSweep(queries: Queries, row: SweepRow): Promise<void> {
  await queries.insertInto('sweeps').values(row).execute();
  await recordSweep(queries, row);
}

/** False: the state of the sweep does not allow the transition, and nothing was changed. */
export function moveSweep(
  queries: Queries,
  id: string,
  transition: keyof typeof NEXT_STATE,
  change: SweepChange,
): Promise<boolean> {
  return changeSweep(queries, id, SWEEP_TRANSITIONS[transition], { ...change, state: NEXT_STATE[transition] });
}

/** Ends a running sweep. */
export async function endSweep(
  queries: Queries,
  id: string,
  state: 'succeeded' | 'failed',
  change: SweepChange,
): Promise<void> {
  await changeSweep(queries, id, ['running'], { ...change, state });
}

const SWEEP_COLUMNS = ['id', 'project', 'name', 'state', 'datasetId', 'endedBy', 'error', 'finishedAt'] as const;
type MovedSweep = Pick<SweepRow, (typeof SWEEP_COLUMNS)[number]>;

async function changeSweep(
  queries: Queries,
  id: string,
  from: readonly SweepState[],
  change: SweepChange & { readonly state: SweepState },
): Promise<boolean> {
  const moved = await queries
    .updateTable('sweeps')
    .set(change)
    .where('id', '=', id)
    .where('state', 'in', from)
    .returning(SWEEP_COLUMNS)
    .executeTakeFirst();
  if (moved === undefined) return false;
  await recordSweep(queries, moved);
  return true;
}

/** Writes the event, and the deliveries of a final state. */
async function recordSweep(queries: Queries, sweep: MovedSweep): Promise<void> {
  const { id: sweepId, project, name, state, datasetId, endedBy, finishedAt } = sweep;
  const error = fromNullableJson(sweep.error);
  await insertSweepEvents(queries, [{ sweepId, type: 'state', data: { state, endedBy, error } }]);
  if (state === 'running' || state === 'paused' || finishedAt === null) return;
  const data = { sweepId, name, state, datasetId, endedBy, error };
  await enqueueDeliveries(queries, { project, type: `sweep.${state}`, data, at: finishedAt });
}

/** The states from which a trial can enter each state. */
const TRIAL_TRANSITIONS = {
  running: ['paused', 'pruned', 'cancelled'],
  // The job of a trial can end after the trial was cancelled.
  paused: ['running', 'cancelled'],
  succeeded: ['running', 'cancelled'],
  pruned: ['running', 'paused', 'cancelled'],
  failed: ['running', 'cancelled'],
  cancelled: ['running', 'paused'],
} as const satisfies Readonly<Record<TrialState, readonly TrialState[]>>;

type TrialKey = Pick<TrialRow, 'sweepId' | 'number'>;
type TrialChange = Partial<Omit<TrialRow, keyof TrialKey | 'state'>>;

/** A new trial: it runs, or it failed because its parameters make an invalid job. */
export type NewTrialRow = TrialChange &
  TrialKey &
  Pick<TrialRow, 'parameters' | 'createdAt'> & { readonly state: 'running' | 'failed' };

export async function insertTrials(queries: Queries, trials: readonly NewTrialRow[]): Promise<void> {
  if (trials.length === 0) return;
  await queries.insertInto('trials').values(trials).execute();
  await recordTrials(
    queries,
    trials.map((trial) => ({ objective: null, jobId: null, ...trial })),
  );
}

/** Writes the outcome of a running trial, or of one that was cancelled before its job ended. */
export async function endTrial(
  queries: Queries,
  { sweepId, number }: TrialKey,
  state: Exclude<TrialState, 'running'>,
  change: TrialChange,
): Promise<void> {
  const outcome = { ...change, leaseUntil: null };
  const moved = await moveTrials(queries, sweepId, state, (trials) =>
    trials.set(outcome).where('number', '=', number).where('state', 'in', ['running', 'cancelled']),
  );
  if (moved.length > 0) return;
  // A cancelled trial whose job was cancelled too gets its outcome without a new state.
  await queries
    .updateTable('trials')
    .set(outcome)
    .where('sweepId', '=', sweepId)
    .where('number', '=', number)
    .where('state', '=', state)
    .execute();
}

/** Resumes a trial. True: it had ended, because the sweep was over. False: it was paused. */
export async function resumeTrial(queries: Queries, { sweepId, number }: TrialKey): Promise<boolean> {
  const resume = (from: readonly TrialState[]) =>
    moveTrials(queries, sweepId, 'running', (trials) =>
      trials.set({ finishedAt: null }).where('number', '=', number).where('state', 'in', from),
    );
  const reopened = await resume(['pruned', 'cancelled']);
  if (reopened.length > 0) return true;
  await resume(['paused']);
  return false;
}

/** Prunes the paused trials of a sweep that ends. Returns the ids of their jobs. */
export async function prunePaused(queries: Queries, sweepId: string, now: number): Promise<readonly string[]> {
  const pruned = await moveTrials(queries, sweepId, 'pruned', (trials) =>
    trials.set({ finishedAt: now }).where('state', '=', 'paused'),
  );
  return pruned.flatMap(({ jobId }) => jobId ?? []);
}

/** Cancels the running and the paused trials of a sweep. */
export async function cancelTrials(queries: Queries, sweepId: string, now: number): Promise<void> {
  await moveTrials(queries, sweepId, 'cancelled', (trials) => trials.set({ finishedAt: now, leaseUntil: null }));
}

/** Fails the running trials whose lease expired before `now`. Returns their numbers. */
export async function failExpired(
  queries: Queries,
  sweepId: string,
  error: TrialRow['error'],
  now: number,
): Promise<readonly number[]> {
  const failed = await moveTrials(queries, sweepId, 'failed', (trials) =>
    trials
      .set({ error, objective: null, objectives: null, finishedAt: now, leaseUntil: null })
      // A literal, so that SQLite uses the partial index of running trials.
      .where('state', '=', sql.lit('running'))
      .where('leaseUntil', '<', now),
  );
  return failed.map(({ number }) => number);
}

const TRIAL_COLUMNS = ['sweepId', 'number', 'state', 'objective', 'parameters', 'jobId'] as const;
type MovedTrial = Pick<TrialRow, (typeof TRIAL_COLUMNS)[number]>;
type TrialUpdate = UpdateQueryBuilder<Tables, 'trials', 'trials', MovedTrial>;

/** Moves the chosen trials of a sweep to another state and returns them. */
async function moveTrials(
  queries: Queries,
  sweepId: string,
  state: TrialState,
  choose: (trials: TrialUpdate) => TrialUpdate,
): Promise<readonly MovedTrial[]> {
  const trials = queries
    .updateTable('trials')
    .set({ state })
    .where('sweepId', '=', sweepId)
    .where('state', 'in', TRIAL_TRANSITIONS[state])
    .returning(TRIAL_COLUMNS);
  const moved = await choose(trials).execute();
  await recordTrials(queries, moved);
  return moved;
}

async function recordTrials(queries: Queries, trials: readonly MovedTrial[]): Promise<void> {
  await insertSweepEvents(
    queries,
    trials.map(({ sweepId, number, state, objective, parameters, jobId }) => ({
      sweepId,
      type: 'trial' as const,
      data: { number, state, objective, parameters: fromJson(parameters), jobId },
    })),
  );
}
