import { createSearch, type Search, type Segment, type SegmentResult } from '../../search/search.ts';
import type { Parameters } from '../../search/space/space.ts';
import type { Database } from '../../store/database/database.ts';
import type { SegmentRow, SweepRow, TrialRow } from '../../store/database/tables.ts';
import { type Objective, objectivesOf } from '../request/objective.ts';
import type { SweepSettings } from '../request/schema.ts';
import { readSettings, searchSettingsOf } from '../request/settings.ts';
import { listSegments, listTrials } from '../store.ts';

interface SweepTrial {
  readonly parameters: Parameters;
  readonly jobId: string | null;
}

/** A leg that runs. */
export interface OpenSegment {
  readonly number: number;
  readonly trial: number;
  readonly until: number | null;
  readonly jobId: string | null;
}

/** A sweep as its conductor has it in mind; what the database has is what counts. */
export interface RunningSweep {
  readonly row: SweepRow;
  readonly settings: SweepSettings;
  readonly objectives: readonly Objective[];
  readonly search: Search;
  readonly trials: SweepTrial[];
  readonly open: Map<number, OpenSegment>;
  /** All legs, as the search was given them. */
  readonly segments: Segment[];
  /** How many legs the search knows, and how many of them are in the database. */
  segmentCount: number;
  written: number;
  /** The best objective of a trial that has succeeded; null: none has yet, or there are several objectives. */
  best: number | null;
}

/** Undefined where the sweep does not run. */
export async function loadRunningSweep(database: Database, id: string): Promise<RunningSweep | undefined> {
  const row = await database
    .selectFrom('sweeps')
    .selectAll()
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const [trials, segments] = [await listTrials(database, id), await listSegments(database, id)];
  const settings = readSettings(row.request);
  const objectives = objectivesOf(settings.objective);
  const sweep: RunningSweep = {
    row,
    settings,
    objectives,
    search: createSearch(searchSettingsOf(settings)),
    trials: trials.map(({ parameters, jobId }) => ({ parameters: JSON.parse(parameters), jobId })),
    open: new Map(),
    segments: [],
    segmentCount: 0,
    written: segments.length,
    best: bestOf(trials, objectives),
  };
  for (const segment of segments)
    addSegment(sweep, segment, segment.result === null ? undefined : JSON.parse(segment.result));
  return sweep;
}

/** Counts a leg in; one without a result runs. Its trial is there already. */
export function addSegment(
  sweep: RunningSweep,
  { number, trial, until }: Pick<SegmentRow, 'number' | 'trial' | 'until'>,
  result?: SegmentResult,
): void {
  const { parameters, jobId } = sweep.trials[trial];
  const segment = { trial, parameters, until, result };
  sweep.search.add(segment);
  sweep.segments.push(segment);
  sweep.segmentCount = number + 1;
  if (result === undefined) sweep.open.set(number, { number, trial, until, jobId });
}

/** Whether an objective is better than the best so far; of several objectives none is. */
export function isBetter({ best, objectives }: Pick<RunningSweep, 'best' | 'objectives'>, value: number): boolean {
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
