import { createSearch, type Leg, type LegResult, type Search } from '../../search/search.ts';
import type { Parameters } from '../../search/space/space.ts';
import type { Database } from '../../store/database.ts';
import type { LegRow, SweepRow, TrialRow } from '../../store/tables.ts';
import { type Objective, objectivesOf } from '../request/objective.ts';
import type { SweepSettings } from '../request/schema.ts';
import { readSettings, searchSettingsOf } from '../request/settings.ts';
import { everyLeg, everyTrial } from '../store.ts';

interface LiveTrial {
  readonly parameters: Parameters;
  readonly jobId: string | null;
}

/** A leg that runs. */
export interface OpenLeg {
  readonly number: number;
  readonly trial: number;
  readonly until: number | null;
  readonly jobId: string | null;
}

/** A sweep as its conductor has it in mind; what the database has is what counts. */
export interface Live {
  readonly row: SweepRow;
  readonly settings: SweepSettings;
  readonly objectives: readonly Objective[];
  readonly search: Search;
  readonly trials: LiveTrial[];
  readonly open: Map<number, OpenLeg>;
  /** All legs, as the search was given them. */
  readonly sequence: Leg[];
  /** How many legs the search knows, and how many of them are in the database. */
  legs: number;
  written: number;
  /** The best objective of a trial that has succeeded; null: none has yet, or there are several objectives. */
  best: number | null;
}

/** Undefined where the sweep does not run. */
export async function loadLive(database: Database, id: string): Promise<Live | undefined> {
  const row = await database
    .selectFrom('sweeps')
    .selectAll()
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const [trials, legs] = [await everyTrial(database, id), await everyLeg(database, id)];
  const settings = readSettings(row.request);
  const objectives = objectivesOf(settings.objective);
  const live: Live = {
    row,
    settings,
    objectives,
    search: createSearch(searchSettingsOf(settings)),
    trials: trials.map(({ parameters, jobId }) => ({ parameters: JSON.parse(parameters), jobId })),
    open: new Map(),
    sequence: [],
    legs: 0,
    written: legs.length,
    best: bestOf(trials, objectives),
  };
  for (const leg of legs) take(live, leg, leg.result === null ? undefined : JSON.parse(leg.result));
  return live;
}

/** Counts a leg in; one without a result runs. Its trial is there already. */
export function take(
  live: Live,
  { number, trial, until }: Pick<LegRow, 'number' | 'trial' | 'until'>,
  result?: LegResult,
): void {
  const { parameters, jobId } = live.trials[trial];
  const leg = { trial, parameters, until, result };
  live.search.add(leg);
  live.sequence.push(leg);
  live.legs = number + 1;
  if (result === undefined) live.open.set(number, { number, trial, until, jobId });
}

/** Whether an objective is better than the best so far; of several objectives none is. */
export function isBetter({ best, objectives }: Pick<Live, 'best' | 'objectives'>, value: number): boolean {
  if (objectives.length > 1) return false;
  return best === null || (objectives[0].goal === 'minimize' ? value < best : value > best);
}

function bestOf(trials: readonly TrialRow[], objectives: readonly Objective[]): number | null {
  let best: number | null = null;
  for (const { state, objective } of trials) {
    if (state === 'succeeded' && objective !== null && isBetter({ best, objectives }, objective)) best = objective;
  }
  return best;
}
