import type { Clock } from '../../kit/clock.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { type News, type NewsDesk, nextNews } from '../../notifications/bus.ts';
import type { Next } from '../../search/search.ts';
import type { Database } from '../../store/database.ts';
import type { SweepEnd, SweepRow } from '../../store/tables.ts';
import { objectivesOf } from '../request/objective.ts';
import { readSettings } from '../request/settings.ts';
import { Overtaken } from '../runner/write.ts';
import type { Trial } from '../schemas.ts';
import { createSweepStore } from '../store.ts';
import { trialView } from '../view.ts';
import { endOutside, isOverdue } from './ending.ts';
import { firstLost, leaseAgain, writeAsked } from './leases.ts';
import { demandReportable, reportsOf, shouldStop, writeReport } from './reports.ts';
import type { AskAnswer, ReportAnswer, ReportRequest, TellRequest } from './schemas.ts';
import type { Searches, Standing } from './searches.ts';
import { outcomeTold, sameOrRefused, writeTold, wrongTrialState } from './told.ts';

export interface AskingParts {
  readonly database: Database;
  readonly news: NewsDesk;
  readonly searches: Searches;
  readonly clock: Clock;
}

interface Asking {
  readonly leaseSeconds: number;
  /** How long the answer may be held back for a trial. */
  readonly waitMs: number;
  /** Aborted: answer at once. */
  readonly signal: AbortSignal;
}

/** The search alone, for trials that somebody else runs. Throws `sweep_not_found`, and `sweep_wrong_state` for a sweep of jobs. */
export interface AskAndTell {
  /** What to try next, leased to whoever asked: first what was asked before and whose lease has run out. */
  ask(id: string, asking: Asking): Promise<AskAnswer>;
  /** Takes what a trial has come to so far, and says whether it shall go on. Throws `trial_not_found`, `trial_wrong_state`, `invalid_sweep`. */
  report(id: string, report: ReportRequest): Promise<ReportAnswer>;
  /** Takes what came of a trial. The same again changes nothing. Throws `trial_not_found`, `trial_wrong_state`, `invalid_sweep`. */
  tell(id: string, told: TellRequest): Promise<Trial>;
}

const LOOK_MS = 1000;
const MS_PER_SECOND = 1000;
/** Other processes that are asked at the same moment are first a few times at most. */
const MOST_TRIES = 100;

export function createAskAndTell({ database, news, searches, clock }: AskingParts, project: string): AskAndTell {
  const store = createSweepStore(database, project);

  async function found(id: string): Promise<SweepRow> {
    const row = await store.find(id);
    if (row === undefined) throw new ServiceError('sweep_not_found', `There is no sweep '${id}'.`);
    if (!readSettings(row.request).external) {
      const detail = 'This service runs the trials of the sweep: only those of an external one can be asked and told.';
      throw new ServiceError('sweep_wrong_state', detail);
    }
    return row;
  }

  const shown = async (id: string, number: number): Promise<Trial> => {
    const row = await store.trial(id, number);
    if (row === undefined) throw new ServiceError('trial_not_found', `The sweep has no trial ${number}.`);
    return trialView(row);
  };

  const isSweep = (id: string) => (item: News) => item.kind === 'sweep' && item.sweepId === id;
  const tellOthers = (id: string) => news.publish({ kind: 'sweep', sweepId: id });

  /** One look: a trial, or why there is none. */
  async function look(id: string, leaseSeconds: number): Promise<AskAnswer> {
    const standing = await searches.standing(id);
    if (standing === undefined) return { trial: null, state: (await found(id)).state, waitFor: null };
    const now = clock();
    const leaseMs = Math.round(leaseSeconds * MS_PER_SECOND);
    const next = await decide(standing, now);
    const nothing = { trial: null, state: standing.row.state, waitFor: null };
    if (next.do === 'again') {
      if (!(await leaseAgain(database, id, next.trial, now, leaseMs)))
        throw new Overtaken(`trial ${next.trial} is out`);
      return { ...nothing, trial: await shown(id, next.trial) };
    }
    if (next.do === 'wait') return { ...nothing, waitFor: next.leg };
    if (next.do === 'end') {
      const isOver = await end(standing, next.because, now);
      const [first] = standing.out;
      return { ...nothing, state: (await found(id)).state, waitFor: isOver ? null : (first ?? null) };
    }
    if (next.do === 'goOn') throw new TypeError('a trial that runs elsewhere has one leg');
    await writeAsked(database, standing, next, now, leaseMs);
    tellOthers(id);
    return { ...nothing, trial: await shown(id, standing.trials) };
  }

  /** What the search wants, or what comes before it: that the time is up, or a trial that was lost. */
  async function decide(standing: Standing, now: number): Promise<Next | Again | End> {
    const because = whyOver(standing, now);
    if (because !== null) return { do: 'end', because };
    const lost = await firstLost(database, standing.row.id, now);
    if (lost !== undefined) return { do: 'again', trial: lost };
    return searches.next(standing);
  }

  async function end({ row }: Standing, because: SweepEnd, now: number): Promise<boolean> {
    const isOver = await database.transaction().execute((transaction) => endOutside(transaction, row, because, now));
    if (isOver) tellOthers(row.id);
    return isOver;
  }

  /** Somebody else who asks at the same moment may be first. */
  async function tryToLook(id: string, leaseSeconds: number): Promise<AskAnswer> {
    for (let tries = 1; ; tries++) {
      try {
        return await searches.inTurn(id, () => look(id, leaseSeconds));
      } catch (error) {
        if (!(error instanceof Overtaken) || tries === MOST_TRIES) throw error;
      }
    }
  }

  /** The last one that is told of ends the sweep, where nobody asks any more. */
  async function endIfAllTold(id: string, now: number): Promise<void> {
    const standing = await searches.standing(id);
    if (standing === undefined || standing.out.length > 0) return;
    const next = await decide(standing, now);
    try {
      if (next.do === 'end') await end(standing, next.because, now);
    } catch (error) {
      // What is told is kept; who was first has ended the sweep, or whoever asks next does.
      if (!(error instanceof Overtaken)) throw error;
    }
  }

  return {
    async ask(id, { leaseSeconds, waitMs, signal }) {
      await found(id);
      const until = performance.now() + waitMs;
      for (;;) {
        const left = until - performance.now();
        const changed = left > 0 ? nextNews(news, isSweep(id), Math.min(left, LOOK_MS), signal) : undefined;
        const answer = await tryToLook(id, leaseSeconds);
        if (answer.trial !== null || answer.waitFor === null || changed === undefined || signal.aborted) return answer;
        await changed;
      }
    },

    async report(id, report) {
      const row = await found(id);
      demandReportable(report, readSettings(row.request));
      const { number } = report;
      const before = await shown(id, number);
      const now = clock();
      const isLate = isOverdue(row, now) || row.endedBy !== null;
      const isWritten =
        before.state === 'running' &&
        (await database
          .transaction()
          .execute((transaction) => writeReport(transaction, row, report, isLate ? null : now)));
      const trial = await shown(id, number);
      if (!isWritten) throw wrongTrialState(trial);
      return { prune: isLate || (await shouldStop(database, row, report)), trial };
    },

    async tell(id, told) {
      const row = await found(id);
      const settings = readSettings(row.request);
      const objectives = objectivesOf(settings.objective);
      const before = await shown(id, told.number);
      const outcome = outcomeTold(told, settings, await reportsOf(database, id, told.number));
      if (before.state !== 'running') return sameOrRefused(before, outcome, objectives);
      const now = clock();
      try {
        await database
          .transaction()
          .execute((transaction) => writeTold(transaction, row, objectives, told.number, outcome, now));
      } catch (error) {
        if (error instanceof Overtaken) return sameOrRefused(await shown(id, told.number), outcome, objectives);
        throw error;
      }
      await searches.inTurn(id, () => endIfAllTold(id, now));
      tellOthers(id);
      return shown(id, told.number);
    },
  };
}

/** A trial that was given to somebody who has not told of it in time. */
interface Again {
  readonly do: 'again';
  readonly trial: number;
}

interface End {
  readonly do: 'end';
  readonly because: SweepEnd;
}

/** Why no more trials are asked for, whatever the search would try. */
function whyOver({ row }: Standing, now: number): SweepEnd | null {
  return row.endedBy ?? (isOverdue(row, now) ? 'seconds' : null);
}
