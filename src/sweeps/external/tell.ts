import type { Queries } from '../../store/database/database.ts';
import type { SweepRow } from '../../store/database/tables.ts';
import { type Outcome, writeOutcome } from '../outcome.ts';
import { type Objective, objectivesOf } from '../request/objective.ts';
import { readSettings } from '../request/settings.ts';
import { StaleSweepError } from '../store.ts';
import type { Trial } from '../trials/schemas.ts';
import type { Trials } from '../trials/trials.ts';
import { type DecideDeps, decide, end } from './decide.ts';
import { bestSoFar, loadSnapshot, segmentOf } from './externalStore.ts';
import { assertSameOutcome, reportedOutcome } from './reportedOutcome.ts';
import { listReports } from './reportStore.ts';
import type { TellRequest } from './schemas.ts';

interface TellDeps extends DecideDeps {
  readonly trials: Trials;
}

/**
 * Stores the result of a trial. No effect if the trial has the same result already. Throws
 * ServiceError `trial_not_found`, `trial_wrong_state` and `invalid_sweep`.
 */
export async function tell(deps: TellDeps, sweep: SweepRow, request: TellRequest, now: number): Promise<Trial> {
  const { database, bus, searchCache, trials } = deps;
  const { number } = request;
  const settings = readSettings(sweep.request);
  const objectives = objectivesOf(settings.objective);
  const before = await trials.get(sweep, number);
  const outcome = reportedOutcome(request, settings, await listReports(database, sweep.id, number));
  if (before.state !== 'running') return assertSameOutcome(before, outcome, objectives);
  try {
    await database
      .transaction()
      .execute((transaction) => writeReported(transaction, { row: sweep, objectives }, number, outcome, now));
  } catch (error) {
    if (error instanceof StaleSweepError)
      return assertSameOutcome(await trials.get(sweep, number), outcome, objectives);
    throw error;
  }
  await searchCache.runExclusive(sweep.id, () => endIfAllReported(deps, sweep.id, now));
  bus.publish({ kind: 'sweep', sweepId: sweep.id });
  return trials.get(sweep, number);
}

/** Throws StaleSweepError if the trial has a result already. */
async function writeReported(
  queries: Queries,
  { row, objectives }: { readonly row: SweepRow; readonly objectives: readonly Objective[] },
  trial: number,
  outcome: Outcome,
  now: number,
): Promise<void> {
  const { number } = await segmentOf(queries, row.id, trial);
  const best = await bestSoFar(queries, row.id, objectives[0]);
  await writeOutcome(queries, { row, objectives, best }, { number, trial, jobId: null }, outcome, now);
}

/** The last result ends the sweep, because no client may ask again. */
async function endIfAllReported(deps: TellDeps, id: string, now: number): Promise<void> {
  const snapshot = await loadSnapshot(deps.database, id);
  if (snapshot === undefined || snapshot.out.length > 0) return;
  const next = await decide(deps, snapshot, now);
  try {
    if (next.kind === 'end') await end(deps, snapshot.row, next.reason, now);
  } catch (error) {
    // The result is stored. The process that was first has ended the sweep, or the next `ask` does.
    if (!(error instanceof StaleSweepError)) throw error;
  }
}
