import type { SweepEnd } from '../../store/database/tables.ts';
import { finishSweep } from '../finishSweep.ts';
import { type Outcome, writeOutcome } from '../outcome.ts';
import { MAX_PARALLEL } from '../request/schema.ts';
import { assertCurrent } from '../store.ts';
import { type Decision, newTrial, resumeTrial } from './decision.ts';
import { outcomeOf } from './jobOutcome.ts';
import { addSegment, type OpenSegment, type RunningSweep } from './runningSweep.ts';
import type { SweepStepDeps } from './sweepStepDeps.ts';
import { writeDecisions } from './writeDecisions.ts';

/** The result of a step. */
export interface StepResult {
  /** Whether anything was written. */
  readonly changed: boolean;
  /** Whether jobs were queued. */
  readonly queued: boolean;
  readonly isOver: boolean;
  /** Whether the search has more decisions. Let other work run before the next step. */
  readonly hasMore: boolean;
}

/**
 * A step decides more trials than can run only if their jobs are invalid. Thousands would block the
 * process.
 */
const MAX_DECISIONS = MAX_PARALLEL;

/**
 * One step of a sweep. Writes the outcomes of the segments that have ended and the decisions of the
 * search in one transaction: new trials with their jobs, resumed trials, the end of the sweep.
 * Throws StaleSweepError if another process changed the sweep. After any error nothing is written
 * and `sweep` must be loaded again.
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
      await writeDecisions(transaction, sweep.row, decisions, deps.machine, now);
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
  /** Why there are no more trials; null: there may be more. */
  readonly end: SweepEnd | null;
  readonly hasMore: boolean;
}

/** Asks the search until it waits or ends. */
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
