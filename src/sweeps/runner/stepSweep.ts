import type { SweepEnd } from '../../store/database/tables.ts';
import { MAX_PARALLEL } from '../request/schema.ts';
import { type Decision, newTrial, resumeTrial } from './decision.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { addSegment, type OpenSegment, type RunningSweep } from './runningSweep.ts';
import type { SweepStepDeps } from './sweepStepDeps.ts';
import { assertCurrent, finishSweep, writeDecision, writeOutcome } from './write.ts';

/** What has come of a look at a sweep. */
export interface StepResult {
  /** Whether anything was written. */
  readonly changed: boolean;
  /** Whether jobs were queued. */
  readonly queued: boolean;
  readonly isOver: boolean;
  /** Whether there is more to decide at once, after others have had their turn. */
  readonly hasMore: boolean;
}

/** More than can run are decided only where no job can run so: thousands of these would hold up whatever else this process does. */
const MAX_DECISIONS = MAX_PARALLEL;

/**
 * Writes what the legs that have ended came to, and what the search decides then, all in one transaction: new trials with their jobs, trials that
 * go on, the sweep's end. Throws Overtaken where another process was first. Where it throws nothing is written, and `live` is not to be used again.
 */
export async function stepSweep(deps: SweepStepDeps, sweep: RunningSweep): Promise<StepResult> {
  const ended = await endedSegments(deps, sweep);
  for (const { segment, outcome } of ended) {
    sweep.open.delete(segment.number);
    sweep.search.tell(segment.number, outcome.result);
  }
  const { decisions, end, hasMore } = await decide(deps, sweep);
  const isOver = end !== null && sweep.open.size === 0;
  const changed = ended.length > 0 || decisions.length > 0 || isOver;
  if (changed) {
    const now = deps.clock();
    await deps.database.transaction().execute(async (transaction) => {
      await assertCurrent(transaction, sweep);
      for (const { segment, outcome } of ended) await writeOutcome(transaction, sweep, segment, outcome, now);
      for (const decision of decisions) await writeDecision(transaction, sweep, decision, deps.machine, now);
      if (isOver) await finishSweep(transaction, sweep.row, end, now);
    });
    sweep.written = sweep.segmentCount;
  }
  return { changed, queued: decisions.some(({ queues }) => queues), isOver, hasMore };
}

interface EndedSegment {
  readonly segment: OpenSegment;
  readonly outcome: Outcome;
}

async function endedSegments({ database }: SweepStepDeps, sweep: RunningSweep): Promise<readonly EndedSegment[]> {
  const { objectives, settings } = sweep;
  const withCurve = settings.pruning?.type === 'median';
  const ended: EndedSegment[] = [];
  for (const segment of sweep.open.values()) {
    const outcome = await outcomeOf(database, { ...segment, objectives, withCurve });
    if (outcome) ended.push({ segment, outcome });
  }
  return ended;
}

interface Decided {
  readonly decisions: readonly Decision[];
  /** Why there will be no more; null: there may be. */
  readonly end: SweepEnd | null;
  readonly hasMore: boolean;
}

/** What the search wants by what it knows now. */
async function decide(deps: SweepStepDeps, sweep: RunningSweep): Promise<Decided> {
  const decisions: Decision[] = [];
  let end = sweep.row.endedBy;
  while (end === null) {
    if (decisions.length === MAX_DECISIONS) return { decisions, end, hasMore: true };
    const next = sweep.search.next();
    if (next.kind === 'wait') break;
    if (next.kind === 'end') {
      end = next.reason;
      break;
    }
    const decision = next.kind === 'ask' ? await newTrial(deps, sweep, next) : resumeTrial(sweep, next);
    if (decision.kind === 'ask') sweep.trials.push({ parameters: decision.parameters, jobId: decision.jobId });
    addSegment(sweep, decision.segment, decision.result);
    decisions.push(decision);
  }
  return { decisions, end, hasMore: false };
}
