import type { SweepEnd } from '../../store/tables.ts';
import { MOST_PARALLEL } from '../request/schema.ts';
import { type Decision, goOnDecision, newTrial } from './decision.ts';
import { type Live, type OpenLeg, take } from './live.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { ConductParts } from './parts.ts';
import { demandRunning, finishSweep, writeDecision, writeOutcome } from './write.ts';

/** What has come of a look at a sweep. */
export interface Conducted {
  /** Whether anything was written. */
  readonly changed: boolean;
  /** Whether jobs were queued. */
  readonly queued: boolean;
  readonly isOver: boolean;
  /** Whether there is more to decide at once, after others have had their turn. */
  readonly isUnfinished: boolean;
}

/** More than can run are decided only where no job can run so: thousands of these would hold up whatever else this process does. */
const MOST_DECISIONS = MOST_PARALLEL;

/**
 * Writes what the legs that have ended came to, and what the search decides then, all in one transaction: new trials with their jobs, trials that
 * go on, the sweep's end. Throws Overtaken where another process was first. Where it throws nothing is written, and `live` is not to be used again.
 */
export async function conduct(parts: ConductParts, live: Live): Promise<Conducted> {
  const ended = await endedLegs(parts, live);
  for (const { leg, outcome } of ended) {
    live.open.delete(leg.number);
    live.search.tell(leg.number, outcome.result);
  }
  const { decisions, end, isUnfinished } = await decide(parts, live);
  const isOver = end !== null && live.open.size === 0;
  const changed = ended.length > 0 || decisions.length > 0 || isOver;
  if (changed) {
    const now = parts.clock();
    await parts.database.transaction().execute(async (transaction) => {
      await demandRunning(transaction, live);
      for (const { leg, outcome } of ended) await writeOutcome(transaction, live, leg, outcome, now);
      for (const decision of decisions) await writeDecision(transaction, live, decision, parts.machine, now);
      if (isOver) await finishSweep(transaction, live.row, end, now);
    });
    live.written = live.legs;
  }
  return { changed, queued: decisions.some(({ queues }) => queues), isOver, isUnfinished };
}

interface Ended {
  readonly leg: OpenLeg;
  readonly outcome: Outcome;
}

async function endedLegs({ database }: ConductParts, live: Live): Promise<readonly Ended[]> {
  const { objectives, settings } = live;
  const withCourse = settings.pruning?.type === 'median';
  const ended: Ended[] = [];
  for (const leg of live.open.values()) {
    const outcome = await outcomeOf(database, { ...leg, objectives, withCourse });
    if (outcome) ended.push({ leg, outcome });
  }
  return ended;
}

interface Decided {
  readonly decisions: readonly Decision[];
  /** Why there will be no more; null: there may be. */
  readonly end: SweepEnd | null;
  readonly isUnfinished: boolean;
}

/** What the search wants by what it knows now. */
async function decide(parts: ConductParts, live: Live): Promise<Decided> {
  const decisions: Decision[] = [];
  let end = live.row.endedBy;
  while (end === null) {
    if (decisions.length === MOST_DECISIONS) return { decisions, end, isUnfinished: true };
    const next = live.search.next();
    if (next.do === 'wait') break;
    if (next.do === 'end') {
      end = next.because;
      break;
    }
    const decision = next.do === 'ask' ? await newTrial(parts, live, next) : goOnDecision(live, next);
    if (decision.kind === 'ask') live.trials.push({ parameters: decision.parameters, jobId: decision.jobId });
    take(live, decision.leg, decision.result);
    decisions.push(decision);
  }
  return { decisions, end, isUnfinished: false };
}
