import type { Machine } from '../../jobs/submission/threadWarnings.ts';
import { cancelHalted, insertTrial, resumeTrial } from '../../jobs/trials.ts';
import type { Queries } from '../../store/database/database.ts';
import type { SweepEnd, SweepRow } from '../../store/database/tables.ts';
import type { Decision, NewTrial, ResumedTrial } from './decision.ts';
import type { Outcome } from './outcome.ts';
import { isBetter, type OpenSegment, type RunningSweep } from './runningSweep.ts';

/** Somebody else has changed the sweep: what this process has in mind of it is no longer true. */
export class StaleSweepError extends Error {
  override readonly name = 'StaleSweepError';
}

/** From here on nobody else changes the sweep until the transaction ends. Throws Overtaken where it does not run (so) any more. */
export async function lockRunning(queries: Queries, row: SweepRow): Promise<void> {
  const updated = await queries
    .updateTable('sweeps')
    .set({ endedBy: row.endedBy })
    .where('id', '=', row.id)
    .where('state', '=', 'running')
    .where('endedBy', 'is', row.endedBy)
    // Others than these where it was paused or over meanwhile and goes on.
    .where('runningSince', 'is', row.runningSince)
    .where('request', '=', row.request)
    .executeTakeFirst();
  if (updated.numUpdatedRows === 0n) throw new StaleSweepError(`sweep ${row.id} was changed`);
}

/** The same, and throws Overtaken too where it has gone on since it was looked at. */
export async function assertCurrent(
  queries: Queries,
  { row, written }: Pick<RunningSweep, 'row' | 'written'>,
): Promise<void> {
  await lockRunning(queries, row);
  const { last } = await queries
    .selectFrom('legs')
    .select((eb) => eb.fn.max('number').as('last'))
    .where('sweepId', '=', row.id)
    .executeTakeFirstOrThrow();
  if ((last ?? -1) !== written - 1) throw new StaleSweepError(`sweep ${row.id} has other legs`);
}

/** What says whether a trial is the best so far. */
type Judged = Pick<RunningSweep, 'row' | 'objectives' | 'best'>;

/** What a leg has come to, of it and of its trial. Throws Overtaken where it is known already. */
export async function writeOutcome(
  queries: Queries,
  sweep: Judged,
  { number, trial, jobId }: Omit<OpenSegment, 'until'>,
  { result, state, epochs, error, modelId }: Outcome,
  now: number,
): Promise<void> {
  const { row, objectives } = sweep;
  const written = await queries
    .updateTable('legs')
    .set({ result: JSON.stringify(result) })
    .where('sweepId', '=', row.id)
    .where('number', '=', number)
    .where('result', 'is', null)
    .executeTakeFirst();
  if (written.numUpdatedRows === 0n) throw new StaleSweepError(`leg ${number} of sweep ${row.id} has ended before`);
  const values = result.objectives;
  const named = values && Object.fromEntries(objectives.map(({ metric }, i) => [metric, values[i]]));
  await queries
    .updateTable('trials')
    .set({
      state,
      epochs,
      error,
      modelId,
      objective: values?.[0] ?? null,
      objectives: named && JSON.stringify(named),
      finishedAt: state === 'paused' ? null : now,
      leaseUntil: null,
    })
    .where('sweepId', '=', row.id)
    .where('number', '=', trial)
    .execute();
  if (state === 'pruned' && jobId !== null) await cancelHalted(queries, [jobId], now);
  if (state === 'succeeded' && values && isBetter(sweep, values[0])) {
    sweep.best = values[0];
    await insertBestEvent(queries, row.id, trial, values[0]);
  }
}

async function insertBestEvent(queries: Queries, sweepId: string, number: number, objective: number): Promise<void> {
  await queries
    .insertInto('sweepEvents')
    .values({ sweepId, type: 'best', data: JSON.stringify({ number, objective }) })
    .execute();
}

export async function writeDecision(
  queries: Queries,
  sweep: RunningSweep,
  decision: Decision,
  machine: Machine,
  now: number,
): Promise<void> {
  if (decision.kind === 'ask') await writeTrial(queries, sweep, decision, machine, now);
  else await writeResumed(queries, sweep, decision);
}

async function writeTrial(
  queries: Queries,
  { row }: RunningSweep,
  trial: NewTrial,
  machine: Machine,
  now: number,
): Promise<void> {
  const { segment, parameters, jobId, checked, halt, errors } = trial;
  if (checked && jobId !== null) {
    await insertTrial(queries, {
      id: jobId,
      project: row.project,
      sweepId: row.id,
      trial: segment.trial,
      halt,
      checked,
      machine,
      now,
    });
  }
  const failed = errors.map(({ path, message }) => `${path}: ${message}`).join(' ');
  await queries
    .insertInto('trials')
    .values({
      sweepId: row.id,
      number: segment.trial,
      parameters: JSON.stringify(parameters),
      jobId,
      epochs: 0,
      createdAt: now,
      ...(checked
        ? { state: 'running' as const }
        : {
            state: 'failed' as const,
            error: JSON.stringify({ code: 'invalid_spec', message: failed }),
            finishedAt: now,
          }),
    })
    .execute();
  await insertSegment(queries, row.id, trial);
}

async function writeResumed(queries: Queries, { row }: RunningSweep, decision: ResumedTrial): Promise<void> {
  const { segment, jobId, halt } = decision;
  const trial = queries.updateTable('trials').where('sweepId', '=', row.id).where('number', '=', segment.trial);
  // What the sweep itself has given up may come back when it gets more trials; what a client has cancelled stays so.
  const reopened = await trial
    .set({ state: 'running', finishedAt: null })
    .where('state', '!=', 'paused')
    .executeTakeFirst();
  await trial.set({ state: 'running', finishedAt: null }).execute();
  await insertSegment(queries, row.id, decision);
  // One that is not there any more, or was cancelled, is found to have ended when it is looked at.
  if (jobId !== null)
    await resumeTrial(queries, jobId, halt, reopened.numUpdatedRows > 0n ? ['paused', 'cancelled'] : ['paused']);
}

async function insertSegment(queries: Queries, sweepId: string, { segment, result }: Decision): Promise<void> {
  await queries
    .insertInto('legs')
    .values({ ...segment, sweepId, result: result ? JSON.stringify(result) : null })
    .execute();
}

const ALL_FAILED = {
  code: 'no_trial_succeeded',
  message: 'No trial has succeeded: GET /v1/sweeps/{id}/trials?state=failed says why each failed.',
};

/** Gives up the trials that still wait for their turn, and ends the sweep: it has failed where no trial has succeeded. */
export async function finishSweep(queries: Queries, row: SweepRow, endedBy: SweepEnd, now: number): Promise<void> {
  const waiting = await queries
    .updateTable('trials')
    .set({ state: 'pruned', finishedAt: now })
    .where('sweepId', '=', row.id)
    .where('state', '=', 'paused')
    .returning('jobId')
    .execute();
  await cancelHalted(
    queries,
    waiting.flatMap(({ jobId }) => jobId ?? []),
    now,
  );
  const one = await queries
    .selectFrom('trials')
    .select('number')
    .where('sweepId', '=', row.id)
    .where('state', '=', 'succeeded')
    .limit(1)
    .executeTakeFirst();
  await queries
    .updateTable('sweeps')
    .set({
      state: one ? 'succeeded' : 'failed',
      error: one ? null : JSON.stringify(ALL_FAILED),
      endedBy,
      finishedAt: now,
      ...ranUntil(row, now),
    })
    .where('id', '=', row.id)
    .execute();
}

/** How long a sweep has run that does not run any more. */
export function ranUntil({ ranMs, runningSince }: Pick<SweepRow, 'ranMs' | 'runningSince'>, now: number) {
  return { ranMs: ranMs + (runningSince === null ? 0 : Math.max(0, now - runningSince)), runningSince: null };
}
