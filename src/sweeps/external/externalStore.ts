/**
 * Queries on the trials and segments of external sweeps. An external trial has exactly one segment.
 */
import { sql } from 'kysely';
import type { Queries } from '../../store/database/database.ts';
import { fromJson } from '../../store/database/json.ts';
import type { SweepRow } from '../../store/database/tables.ts';
import type { Objective } from '../request/objective.ts';
import { findRunning } from '../store.ts';
import { countSegments } from '../trials/segmentStore.ts';
import type { SuggestRequest } from './searchThread.ts';

/** The state of a running external sweep. */
export interface SweepSnapshot {
  readonly row: SweepRow;
  /** The number of trials. */
  readonly trials: number;
  /** The number of stored segments. */
  readonly written: number;
  /** The numbers of the running trials, in ascending order. */
  readonly out: readonly number[];
}

/** Undefined if the sweep is not running. */
export async function loadSnapshot(queries: Queries, sweepId: string): Promise<SweepSnapshot | undefined> {
  const row = await findRunning(queries, sweepId);
  if (row === undefined) return undefined;
  const written = await countSegments(queries, sweepId);
  const out = await queries
    .selectFrom('trials')
    .select('number')
    .where('sweepId', '=', sweepId)
    .where('state', '=', 'running')
    .orderBy('number')
    .execute();
  return { row, trials: written, written, out: out.map(({ number }) => number) };
}

/** The segments with a number of at least `from`, in order. */
export async function segmentsFrom(
  queries: Queries,
  sweepId: string,
  from: number,
): Promise<SuggestRequest['segments']> {
  const rows = await queries
    .selectFrom('segments')
    .innerJoin('trials', (join) =>
      join.onRef('trials.sweepId', '=', 'segments.sweepId').onRef('trials.number', '=', 'segments.trial'),
    )
    .select(['segments.trial', 'segments.until', 'segments.result', 'trials.parameters'])
    .where('segments.sweepId', '=', sweepId)
    .where('segments.number', '>=', from)
    .orderBy('segments.number')
    .execute();
  return rows.map(({ trial, until, result, parameters }) => ({
    trial,
    parameters: fromJson(parameters),
    until,
    result: result === null ? undefined : fromJson(result),
  }));
}

/** The results of those of the segments that have one. */
export async function resultsOf(
  queries: Queries,
  sweepId: string,
  segments: readonly number[],
): Promise<SuggestRequest['results']> {
  const rows = await queries
    .selectFrom('segments')
    .select(['number', 'result'])
    .where('sweepId', '=', sweepId)
    .where('number', 'in', segments)
    .where('result', 'is not', null)
    .execute();
  return rows.map(({ number, result }) => ({ segment: number, result: fromJson(result ?? 'null') }));
}

/** The segment of a trial. */
export function segmentOf(queries: Queries, sweepId: string, trial: number) {
  return queries
    .selectFrom('segments')
    .select(['number', 'limits'])
    .where('sweepId', '=', sweepId)
    .where('trial', '=', trial)
    .executeTakeFirstOrThrow();
}

export async function hasRunningTrial(queries: Queries, sweepId: string): Promise<boolean> {
  const running = await queries
    .selectFrom('trials')
    .select('number')
    .where('sweepId', '=', sweepId)
    .where('state', '=', sql.lit('running'))
    .limit(1)
    .executeTakeFirst();
  return running !== undefined;
}

/** The lowest number of a trial whose lease has expired. */
export async function firstExpired(queries: Queries, sweepId: string, now: number): Promise<number | undefined> {
  const expired = await queries
    .selectFrom('trials')
    .select('number')
    .where('sweepId', '=', sweepId)
    .where('state', '=', sql.lit('running'))
    .where('leaseUntil', '<', now)
    .orderBy('number')
    .limit(1)
    .executeTakeFirst();
  return expired?.number;
}

/** Leases an expired trial again. False: another process was first. */
export async function renewExpired(
  queries: Queries,
  { sweepId, number }: { readonly sweepId: string; readonly number: number },
  now: number,
  leaseMs: number,
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('trials')
    .set({ leaseUntil: now + leaseMs, leaseMs })
    .where('sweepId', '=', sweepId)
    .where('number', '=', number)
    .where('state', '=', 'running')
    .where('leaseUntil', '<', now)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** The best objective of the succeeded trials; null: none has succeeded. */
export async function bestSoFar(
  queries: Queries,
  sweepId: string,
  { goal }: Pick<Objective, 'goal'>,
): Promise<number | null> {
  const { best } = await queries
    .selectFrom('trials')
    .select((eb) => (goal === 'minimize' ? eb.fn.min('objective') : eb.fn.max('objective')).as('best'))
    .where('sweepId', '=', sweepId)
    .where('state', '=', 'succeeded')
    .executeTakeFirstOrThrow();
  return best;
}
