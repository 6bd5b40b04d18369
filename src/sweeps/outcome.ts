import { cancelHalted } from '../jobs/trials.ts';
import type { SegmentResult } from '../search/search.ts';
import type { Queries } from '../store/database/database.ts';
import { toJson } from '../store/database/json.ts';
import type { SweepRow, TrialState } from '../store/database/tables.ts';
import { insertSweepEvents } from './events/eventStore.ts';
import type { Objective } from './request/objective.ts';
import { StaleSweepError } from './store.ts';
import { endTrial } from './transitions.ts';
import { closeSegment } from './trials/segmentStore.ts';

/** The result of a segment for the search, and the columns of its trial. */
export interface Outcome {
  readonly result: SegmentResult;
  readonly state: Exclude<TrialState, 'running'>;
  /** Null: unknown, because an external trial reported none. */
  readonly epochs: number | null;
  /** JSON. */
  readonly error: string | null;
  /** Of a trial that succeeded as a job of this service. */
  readonly modelId: string | null;
}

/** Best objective of a succeeded trial; null: none yet, or several objectives. */
export interface BestSoFar {
  readonly objectives: readonly Objective[];
  best: number | null;
}

/** The segment that ended. */
interface EndedSegment {
  readonly number: number;
  readonly trial: number;
  readonly jobId: string | null;
}

/**
 * Writes the outcome of a segment and of its trial, and a `best` event if the trial is the best so
 * far. Throws StaleSweepError if the segment has a result already.
 */
export async function writeOutcome(
  queries: Queries,
  sweep: BestSoFar & { readonly row: Pick<SweepRow, 'id'> },
  { number, trial, jobId }: EndedSegment,
  { result, state, ...columns }: Outcome,
  now: number,
): Promise<void> {
  const { id: sweepId } = sweep.row;
  if (!(await closeSegment(queries, { sweepId, number }, result)))
    throw new StaleSweepError(`segment ${number} of sweep ${sweepId} has a result already`);
  const values = result.objectives;
  const named = values && Object.fromEntries(sweep.objectives.map(({ metric }, i) => [metric, values[i]]));
  await endTrial(queries, { sweepId, number: trial }, state, {
    ...columns,
    objective: values?.[0] ?? null,
    objectives: named && toJson(named),
    finishedAt: state === 'paused' ? null : now,
  });
  if (state === 'pruned' && jobId !== null) await cancelHalted(queries, [jobId], now);
  if (state === 'succeeded' && values && isBetter(sweep, values[0])) {
    sweep.best = values[0];
    await insertSweepEvents(queries, [{ sweepId, type: 'best', data: { number: trial, objective: values[0] } }]);
  }
}

/** Whether an objective is better than the best so far. Always false with several objectives. */
export function isBetter({ best, objectives }: Readonly<BestSoFar>, value: number): boolean {
  if (objectives.length > 1) return false;
  return best === null || (objectives[0].goal === 'minimize' ? value < best : value > best);
}
