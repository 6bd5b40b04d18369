import type { Clock } from '../../kit/clock.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { type EventBus, type Notification, nextNotification } from '../../notifications/bus.ts';
import type { NextStep } from '../../search/search.ts';
import type { Database } from '../../store/database/database.ts';
import type { SweepEnd, SweepRow } from '../../store/database/tables.ts';
import { objectivesOf } from '../request/objective.ts';
import { readSettings } from '../request/settings.ts';
import { StaleSweepError } from '../runner/write.ts';
import type { Trial } from '../schemas.ts';
import { createSweepStore } from '../store.ts';
import { trialView } from '../view.ts';
import { endExternal, isOverdue } from './endExternal.ts';
import { firstExpired, insertTrial, renewExpired } from './leases.ts';
import { assertSameOutcome, reportedOutcome, writeReportedOutcome, wrongTrialState } from './reportedOutcome.ts';
import { assertReportable, reportsOf, shouldPrune, writeReport } from './reports.ts';
import type { AskResponse, ReportRequest, ReportResponse, TellRequest } from './schemas.ts';
import type { SearchCache, SweepSnapshot } from './searchCache.ts';

export interface AskAndTellDeps {
  readonly database: Database;
  readonly bus: EventBus;
  readonly searchCache: SearchCache;
  readonly clock: Clock;
}

interface AskOptions {
  readonly leaseSeconds: number;
  /** How long the answer may be held back for a trial. */
  readonly waitMs: number;
  /** Aborted: answer at once. */
  readonly signal: AbortSignal;
}

/** The search alone, for trials that somebody else runs. Throws `sweep_not_found`, and `sweep_wrong_state` for a sweep of jobs. */
export interface AskAndTell {
  /** What to try next, leased to whoever asked: first what was asked before and whose lease has run out. */
  ask(id: string, options: AskOptions): Promise<AskResponse>;
  /** Takes what a trial has come to so far, and says whether it shall go on. Throws `trial_not_found`, `trial_wrong_state`, `invalid_sweep`. */
  report(id: string, report: ReportRequest): Promise<ReportResponse>;
  /** Takes what came of a trial. The same again changes nothing. Throws `trial_not_found`, `trial_wrong_state`, `invalid_sweep`. */
  tell(id: string, request: TellRequest): Promise<Trial>;
}

const POLL_INTERVAL_MS = 1000;
const MS_PER_SECOND = 1000;
/** Other processes that are asked at the same moment are first a few times at most. */
const MAX_ATTEMPTS = 100;

export function createAskAndTell({ database, bus, searchCache, clock }: AskAndTellDeps, project: string): AskAndTell {
  const store = createSweepStore(database, project);

  async function getRow(id: string): Promise<SweepRow> {
    const row = await store.find(id);
    if (row === undefined) throw new ServiceError('sweep_not_found', `There is no sweep '${id}'.`);
    if (!readSettings(row.request).external) {
      const detail = 'This service runs the trials of the sweep: only those of an external one can be asked and told.';
      throw new ServiceError('sweep_wrong_state', detail);
    }
    return row;
  }

  const getTrial = async (id: string, number: number): Promise<Trial> => {
    const row = await store.trial(id, number);
    if (row === undefined) throw new ServiceError('trial_not_found', `The sweep has no trial ${number}.`);
    return trialView(row);
  };

  const isSweep = (id: string) => (item: Notification) => item.kind === 'sweep' && item.sweepId === id;
  const publishSweep = (id: string) => bus.publish({ kind: 'sweep', sweepId: id });

  /** One look: a trial, or why there is none. */
  async function askOnce(id: string, leaseSeconds: number): Promise<AskResponse> {
    const snapshot = await searchCache.loadSnapshot(id);
    if (snapshot === undefined) return { trial: null, state: (await getRow(id)).state, waitFor: null };
    const now = clock();
    const leaseMs = Math.round(leaseSeconds * MS_PER_SECOND);
    const next = await decide(snapshot, now);
    const noTrial = { trial: null, state: snapshot.row.state, waitFor: null };
    if (next.kind === 'again') {
      if (!(await renewExpired(database, id, next.trial, now, leaseMs)))
        throw new StaleSweepError(`trial ${next.trial} is out`);
      return { ...noTrial, trial: await getTrial(id, next.trial) };
    }
    if (next.kind === 'wait') return { ...noTrial, waitFor: next.segment };
    if (next.kind === 'end') {
      const isOver = await end(snapshot, next.reason, now);
      const [first] = snapshot.out;
      return { ...noTrial, state: (await getRow(id)).state, waitFor: isOver ? null : (first ?? null) };
    }
    if (next.kind === 'resume') throw new TypeError('a trial that runs elsewhere has one leg');
    await insertTrial(database, snapshot, next, now, leaseMs);
    publishSweep(id);
    return { ...noTrial, trial: await getTrial(id, snapshot.trials) };
  }

  /** What the search wants, or what comes before it: that the time is up, or a trial that was lost. */
  async function decide(snapshot: SweepSnapshot, now: number): Promise<NextStep | LeaseAgain | EndSweep> {
    const reason = endReason(snapshot, now);
    if (reason !== null) return { kind: 'end', reason };
    const expired = await firstExpired(database, snapshot.row.id, now);
    if (expired !== undefined) return { kind: 'again', trial: expired };
    return searchCache.next(snapshot);
  }

  async function end({ row }: SweepSnapshot, reason: SweepEnd, now: number): Promise<boolean> {
    const isOver = await database.transaction().execute((transaction) => endExternal(transaction, row, reason, now));
    if (isOver) publishSweep(row.id);
    return isOver;
  }

  /** Somebody else who asks at the same moment may be first. */
  async function askWithRetry(id: string, leaseSeconds: number): Promise<AskResponse> {
    for (let tries = 1; ; tries++) {
      try {
        return await searchCache.runExclusive(id, () => askOnce(id, leaseSeconds));
      } catch (error) {
        if (!(error instanceof StaleSweepError) || tries === MAX_ATTEMPTS) throw error;
      }
    }
  }

  /** The last one that is told of ends the sweep, where nobody asks any more. */
  async function endIfAllReported(id: string, now: number): Promise<void> {
    const snapshot = await searchCache.loadSnapshot(id);
    if (snapshot === undefined || snapshot.out.length > 0) return;
    const next = await decide(snapshot, now);
    try {
      if (next.kind === 'end') await end(snapshot, next.reason, now);
    } catch (error) {
      // What is told is kept; who was first has ended the sweep, or whoever asks next does.
      if (!(error instanceof StaleSweepError)) throw error;
    }
  }

  return {
    async ask(id, { leaseSeconds, waitMs, signal }) {
      await getRow(id);
      const until = performance.now() + waitMs;
      for (;;) {
        const left = until - performance.now();
        const changed =
          left > 0 ? nextNotification(bus, isSweep(id), Math.min(left, POLL_INTERVAL_MS), signal) : undefined;
        const answer = await askWithRetry(id, leaseSeconds);
        if (answer.trial !== null || answer.waitFor === null || changed === undefined || signal.aborted) return answer;
        await changed;
      }
    },

    async report(id, report) {
      const row = await getRow(id);
      assertReportable(report, readSettings(row.request));
      const { number } = report;
      const before = await getTrial(id, number);
      const now = clock();
      const isLate = isOverdue(row, now) || row.endedBy !== null;
      const isWritten =
        before.state === 'running' &&
        (await database
          .transaction()
          .execute((transaction) => writeReport(transaction, row, report, isLate ? null : now)));
      const trial = await getTrial(id, number);
      if (!isWritten) throw wrongTrialState(trial);
      return { prune: isLate || (await shouldPrune(database, row, report)), trial };
    },

    async tell(id, request) {
      const row = await getRow(id);
      const settings = readSettings(row.request);
      const objectives = objectivesOf(settings.objective);
      const before = await getTrial(id, request.number);
      const outcome = reportedOutcome(request, settings, await reportsOf(database, id, request.number));
      if (before.state !== 'running') return assertSameOutcome(before, outcome, objectives);
      const now = clock();
      try {
        await database
          .transaction()
          .execute((transaction) => writeReportedOutcome(transaction, row, objectives, request.number, outcome, now));
      } catch (error) {
        if (error instanceof StaleSweepError)
          return assertSameOutcome(await getTrial(id, request.number), outcome, objectives);
        throw error;
      }
      await searchCache.runExclusive(id, () => endIfAllReported(id, now));
      publishSweep(id);
      return getTrial(id, request.number);
    },
  };
}

/** A trial that was given to somebody who has not told of it in time. */
interface LeaseAgain {
  readonly kind: 'again';
  readonly trial: number;
}

interface EndSweep {
  readonly kind: 'end';
  readonly reason: SweepEnd;
}

/** Why no more trials are asked for, whatever the search would try. */
function endReason({ row }: SweepSnapshot, now: number): SweepEnd | null {
  return row.endedBy ?? (isOverdue(row, now) ? 'seconds' : null);
}
