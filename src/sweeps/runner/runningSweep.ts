import { createSearch, type Search, type Segment, type SegmentResult } from '../../search/search.ts';
import type { Parameters } from '../../search/space/space.ts';
import type { Database } from '../../store/database/database.ts';
import { fromJson } from '../../store/database/json.ts';
import type { SegmentRow, SweepRow, TrialRow } from '../../store/database/tables.ts';
import { type BestSoFar, isBetter } from '../outcome.ts';
import { type Objective, objectivesOf } from '../request/objective.ts';
import type { SweepSettings } from '../request/schema.ts';
import { readSettings, searchSettingsOf } from '../request/settings.ts';
import { findRunning } from '../store.ts';
import { listSegments } from '../trials/segmentStore.ts';
import { listTrials } from '../trials/trialStore.ts';

interface SweepTrial {
  readonly parameters: Parameters;
  readonly jobId: string | null;
}

/** A segment without a result. */
export interface OpenSegment {
  readonly number: number;
  readonly trial: number;
  readonly until: number | null;
  readonly jobId: string | null;
}

/** A sweep in the memory of its runner. The database decides: see `assertCurrent`. */
export interface RunningSweep extends BestSoFar {
  readonly row: SweepRow;
  readonly settings: SweepSettings;
  readonly search: Search;
  readonly trials: SweepTrial[];
  readonly open: Map<number, OpenSegment>;
  /** All segments, as the search has them. */
  readonly segments: Segment[];
  /** The number of segments that the search has, and the number of those in the database. */
  segmentCount: number;
  written: number;
}

/** Undefined if the sweep is not running. */
export async function loadRunningSweep(database: Database, id: string): Promise<RunningSweep | undefined> {
  const row = await findRunning(database, id);
  if (row === undefined) return undefined;
  const [trials, segments] = [await listTrials(database, id), await listSegments(database, id)];
  const settings = readSettings(row.request);
  const objectives = objectivesOf(settings.objective);
  const sweep: RunningSweep = {
    row,
    settings,
    objectives,
    search: createSearch(searchSettingsOf(settings)),
    trials: trials.map(({ parameters, jobId }) => ({ parameters: fromJson(parameters), jobId })),
    open: new Map(),
    segments: [],
    segmentCount: 0,
    written: segments.length,
    best: bestOf(trials, objectives),
  };
  for (const segment of segments)
    addSegment(sweep, segment, segment.result === null ? undefined : fromJson(segment.result));
  return sweep;
}

/**
 * Adds a segment to the search. Without a result it is open. Its trial must be in `sweep.trials`.
 */
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

function bestOf(trials: readonly TrialRow[], objectives: readonly Objective[]): number | null {
  let best: number | null = null;
  for (const { state, objective } of trials) {
    if (state === 'succeeded' && objective !== null && isBetter({ best, objectives }, objective)) best = objective;
  }
  return best;
}
