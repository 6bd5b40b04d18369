import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { NewsDesk } from '../../notifications/bus.ts';
import { createLane } from '../../worker/lane.ts';
import { conduct } from './conduct.ts';
import { type Live, loadLive } from './live.ts';
import { endOverdue, endOverdueOutside, runningSweeps } from './overdue.ts';
import type { ConductParts } from './parts.ts';
import { Overtaken } from './write.ts';

export interface ConductorParts extends ConductParts {
  readonly news: NewsDesk;
  readonly log: Logger;
}

/** Carries the sweeps on: it asks for their trials, looks at what comes of them, and ends them. */
export interface Conductor {
  /** Resolves when it does nothing any more; what runs is found by the next one. */
  stop(): Promise<void>;
}

/** News may get lost or happen in other processes, so it looks for itself as often. */
const TICK_MS = 1000;

/** Several may run at once, in several processes: the database lets one of them in at each step. */
export function startConductor(parts: ConductorParts): Conductor {
  const { database, news, clock, log } = parts;
  const lives = new Map<string, Live>();
  const lane = createLane((error) =>
    log.error({ err: error }, 'the sweeps could not be carried on; it is tried again'),
  );

  let stopped = false;
  /** Whether there is more to do at once. */
  const step = async (id: string): Promise<boolean> => {
    const live = lives.get(id) ?? (await loadLive(database, id));
    // The trials of an external sweep are asked for by whoever runs them.
    if (live === undefined || live.settings.external) return false;
    // Known again only once all is written.
    lives.delete(id);
    const { changed, queued, isOver, isUnfinished } = await conduct(parts, live);
    if (isOver) log.info({ sweepId: id, trials: live.trials.length }, 'sweep ended');
    else lives.set(id, live);
    if (queued) news.publish({ kind: 'queued' });
    if (changed) news.publish({ kind: 'sweep', sweepId: id });
    return isUnfinished;
  };
  const carryOn = async (id: string) => {
    try {
      while ((await step(id)) && !stopped) await nextTurn();
    } catch (error) {
      if (!(error instanceof Overtaken))
        log.error({ err: error, sweepId: id }, 'a sweep could not be carried on; it is tried again');
    }
  };
  const tick = async () => {
    const running = await runningSweeps(database);
    for (const id of lives.keys()) if (!running.includes(id)) lives.delete(id);
    for (const id of await endOverdue(database, clock(), news)) lives.delete(id);
    await endOverdueOutside(database, clock(), news);
    for (const id of running) await carryOn(id);
  };

  const unsubscribe = news.subscribe((item) => {
    if (item.kind === 'changed') {
      const sweep = [...lives].find(([, live]) => runsIn(live, item.jobId));
      if (sweep) lane.run(() => carryOn(sweep[0]));
    }
    if (item.kind === 'sweepWish') {
      lane.run(async () => {
        lives.delete(item.sweepId);
        await carryOn(item.sweepId);
      });
    }
  });
  lane.run(tick);
  const timer = setInterval(() => lane.run(tick), TICK_MS);
  return {
    async stop() {
      stopped = true;
      unsubscribe();
      clearInterval(timer);
      await lane.run(async () => {});
    },
  };
}

function runsIn({ open }: Live, jobId: string): boolean {
  return [...open.values()].some((leg) => leg.jobId === jobId);
}
