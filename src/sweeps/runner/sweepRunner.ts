import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { EventBus } from '../../notifications/bus.ts';
import { createSerialQueue } from '../../worker/serialQueue.ts';
import { endOverdue, endOverdueExternal, runningSweeps } from './overdue.ts';
import { loadRunningSweep, type RunningSweep } from './runningSweep.ts';
import { stepSweep } from './stepSweep.ts';
import type { SweepStepDeps } from './sweepStepDeps.ts';
import { StaleSweepError } from './write.ts';

export interface SweepRunnerDeps extends SweepStepDeps {
  readonly bus: EventBus;
  readonly log: Logger;
}

/** Carries the sweeps on: it asks for their trials, looks at what comes of them, and ends them. */
export interface SweepRunner {
  /** Resolves when it does nothing any more; what runs is found by the next one. */
  stop(): Promise<void>;
}

/** News may get lost or happen in other processes, so it looks for itself as often. */
const TICK_MS = 1000;

/** Several may run at once, in several processes: the database lets one of them in at each step. */
export function startSweepRunner(deps: SweepRunnerDeps): SweepRunner {
  const { database, bus, clock, log } = deps;
  const sweeps = new Map<string, RunningSweep>();
  const queue = createSerialQueue((error) =>
    log.error({ err: error }, 'the sweeps could not be carried on; it is tried again'),
  );

  let stopped = false;
  /** Whether there is more to do at once. */
  const step = async (id: string): Promise<boolean> => {
    const sweep = sweeps.get(id) ?? (await loadRunningSweep(database, id));
    // The trials of an external sweep are asked for by whoever runs them.
    if (sweep === undefined || sweep.settings.external) return false;
    // Known again only once all is written.
    sweeps.delete(id);
    const { changed, queued, isOver, hasMore } = await stepSweep(deps, sweep);
    if (isOver) log.info({ sweepId: id, trials: sweep.trials.length }, 'sweep ended');
    else sweeps.set(id, sweep);
    if (queued) bus.publish({ kind: 'queued' });
    if (changed) bus.publish({ kind: 'sweep', sweepId: id });
    return hasMore;
  };
  const advance = async (id: string) => {
    try {
      while ((await step(id)) && !stopped) await yieldToEventLoop();
    } catch (error) {
      if (!(error instanceof StaleSweepError))
        log.error({ err: error, sweepId: id }, 'a sweep could not be carried on; it is tried again');
    }
  };
  const tick = async () => {
    const running = await runningSweeps(database);
    for (const id of sweeps.keys()) if (!running.includes(id)) sweeps.delete(id);
    for (const id of await endOverdue(database, clock(), bus)) sweeps.delete(id);
    await endOverdueExternal(database, clock(), bus);
    for (const id of running) await advance(id);
  };

  const unsubscribe = bus.subscribe((item) => {
    if (item.kind === 'changed') {
      const found = [...sweeps].find(([, sweep]) => hasJob(sweep, item.jobId));
      if (found) queue.run(() => advance(found[0]));
    }
    if (item.kind === 'sweepActionRequested') {
      queue.run(async () => {
        sweeps.delete(item.sweepId);
        await advance(item.sweepId);
      });
    }
  });
  queue.run(tick);
  const timer = setInterval(() => queue.run(tick), TICK_MS);
  return {
    async stop() {
      stopped = true;
      unsubscribe();
      clearInterval(timer);
      await queue.run(async () => {});
    },
  };
}

function hasJob({ open }: RunningSweep, jobId: string): boolean {
  return [...open.values()].some((segment) => segment.jobId === jobId);
}
