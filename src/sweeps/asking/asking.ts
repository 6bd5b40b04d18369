import { type News, type NewsDesk, nextNews } from '../../jobs/news.ts';
import type { Clock } from '../../kit/clock.ts';
import { ServiceError } from '../../kit/errors.ts';
import type { Database } from '../../store/database.ts';
import type { SweepEnd, SweepRow } from '../../store/tables.ts';
import { type Live, loadLive } from '../conductor/live.ts';
import { demandRunning, finishSweep, Overtaken, ranUntil } from '../conductor/write.ts';
import { objectivesOf } from '../request/objective.ts';
import { readSettings } from '../request/settings.ts';
import type { AskAnswer, TellRequest, Trial } from '../schemas.ts';
import type { Leg, Next } from '../search.ts';
import { createSweepStore } from '../store.ts';
import { trialView } from '../view.ts';
import type { Think } from './thinker.ts';
import { outcomeTold, sameOrRefused, writeTold } from './told.ts';

export interface AskingParts {
  readonly database: Database;
  readonly news: NewsDesk;
  readonly think: Think;
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
  /** Takes what came of a trial. The same again changes nothing. Throws `trial_not_found`, `trial_wrong_state`, `invalid_sweep`. */
  tell(id: string, told: TellRequest): Promise<Trial>;
}

const LOOK_MS = 1000;
const MS_PER_SECOND = 1000;
/** Others who ask at the same moment are first a few times at most. */
const MOST_TRIES = 100;

export function createAskAndTell({ database, news, think, clock }: AskingParts, project: string): AskAndTell {
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

  /** One look: a trial, or why there is none. */
  async function look(id: string, leaseSeconds: number): Promise<AskAnswer> {
    const row = await found(id);
    const now = clock();
    const leaseUntil = now + leaseSeconds * MS_PER_SECOND;
    const nothing = { trial: null, state: row.state, waitFor: null };
    if (row.state !== 'running') return nothing;
    const again = await leaseAgain(database, id, now, leaseUntil);
    if (again !== undefined) return { ...nothing, trial: await shown(id, again) };
    const live = await loadLive(database, id);
    if (live === undefined) return { ...nothing, state: (await found(id)).state };
    const next = isOverdue(live, now) ? ({ do: 'end', because: 'seconds' } as const) : await nextOf(live, think);
    if (next.do === 'wait') return { ...nothing, waitFor: live.open.get(next.leg)?.trial ?? null };
    if (next.do === 'end') {
      const isOver = await endIfDone(database, live, next.because, now);
      if (isOver) news.publish({ kind: 'sweep', sweepId: id });
      const [running] = live.open.values();
      return { ...nothing, state: isOver ? (await found(id)).state : row.state, waitFor: running?.trial ?? null };
    }
    if (next.do === 'goOn') throw new TypeError('a trial that runs elsewhere has one leg');
    const number = await writeAsked(database, live, next, now, leaseUntil);
    news.publish({ kind: 'sweep', sweepId: id });
    return { ...nothing, trial: await shown(id, number) };
  }

  /** Somebody else who asks at the same moment may be first. */
  async function tryToLook(id: string, leaseSeconds: number): Promise<AskAnswer> {
    for (let tries = 1; ; tries++) {
      try {
        return await look(id, leaseSeconds);
      } catch (error) {
        if (!(error instanceof Overtaken) || tries === MOST_TRIES) throw error;
      }
    }
  }

  return {
    async ask(id, { leaseSeconds, waitMs, signal }) {
      const until = performance.now() + waitMs;
      const isThis = (item: News) => item.kind === 'sweep' && item.sweepId === id;
      for (;;) {
        const left = until - performance.now();
        const changed = left > 0 ? nextNews(news, isThis, Math.min(left, LOOK_MS), signal) : undefined;
        const answer = await tryToLook(id, leaseSeconds);
        if (answer.trial !== null || answer.waitFor === null || changed === undefined || signal.aborted) return answer;
        await changed;
      }
    },

    async tell(id, told) {
      const row = await found(id);
      const objectives = objectivesOf(readSettings(row.request).objective);
      const outcome = outcomeTold(told, objectives);
      const before = await shown(id, told.number);
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
      await endIfAllTold(id, now);
      news.publish({ kind: 'sweep', sweepId: id });
      return shown(id, told.number);
    },
  };

  /** The last one that is told of ends the sweep, where nobody asks any more. */
  async function endIfAllTold(id: string, now: number): Promise<void> {
    const live = await loadLive(database, id);
    if (live === undefined || live.open.size > 0) return;
    const next = await nextOf(live, think);
    try {
      if (next.do === 'end') await endIfDone(database, live, next.because, now);
    } catch (error) {
      // What is told is kept; who was first has ended the sweep, or whoever asks next does.
      if (!(error instanceof Overtaken)) throw error;
    }
  }
}

/** The first trial whose lease has run out, leased anew. */
async function leaseAgain(
  database: Database,
  id: string,
  now: number,
  leaseUntil: number,
): Promise<number | undefined> {
  const leased = await database
    .updateTable('trials')
    .set({ leaseUntil })
    .where('sweepId', '=', id)
    .where('number', '=', (eb) =>
      eb
        .selectFrom('trials as lost')
        .select('lost.number')
        .where('lost.sweepId', '=', id)
        .where('lost.state', '=', 'running')
        .where('lost.leaseUntil', '<', now)
        .orderBy('lost.number')
        .limit(1),
    )
    .returning('number')
    .executeTakeFirst();
  return leased?.number;
}

function isOverdue({ row, settings: { maxSeconds } }: Live, now: number): boolean {
  return maxSeconds !== null && ranUntil(row, now).ranMs > maxSeconds * MS_PER_SECOND;
}

/** Computed elsewhere: a suggestion may take a tenth of a second, during which nobody would be answered. */
function nextOf({ settings, sequence }: Live, think: Think): Promise<Next> {
  const legs: readonly Leg[] = sequence;
  return think(settings, legs);
}

/** Writes the new trial with its leg, and answers its number. Throws Overtaken where somebody else was first. */
async function writeAsked(
  database: Database,
  live: Live,
  { parameters }: Extract<Next, { do: 'ask' }>,
  now: number,
  leaseUntil: number,
): Promise<number> {
  const { row, trials } = live;
  const number = trials.length;
  const trial = {
    sweepId: row.id,
    number,
    parameters: JSON.stringify(parameters),
    state: 'running',
    leaseUntil,
  } as const;
  await database.transaction().execute(async (transaction) => {
    await demandRunning(transaction, live);
    await transaction
      .insertInto('trials')
      .values({ ...trial, createdAt: now })
      .execute();
    await transaction.insertInto('legs').values({ sweepId: row.id, number: live.legs, trial: number }).execute();
  });
  return number;
}

async function endIfDone(database: Database, live: Live, because: SweepEnd, now: number): Promise<boolean> {
  if (live.open.size > 0) return false;
  await database.transaction().execute(async (transaction) => {
    await demandRunning(transaction, live);
    await finishSweep(transaction, live.row, because, now);
  });
  return true;
}
