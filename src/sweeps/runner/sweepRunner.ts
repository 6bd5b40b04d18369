import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { EventBus } from '../../notifications/bus.ts';
import { createSerialQueue } from '../../worker/serialQueue.ts';
import { StaleSweepError } from '../store.ts';
import { endOverdue, endOverdueExternal } from './overdue.ts';
import { listInternal } from './runnerStore.ts';
import { loadRunningSweep, type RunningSweep } from './runningSweep.ts';
import { stepSweep } from './stepSweep.ts';
import type { SweepStepDeps } from './sweepStepDeps.ts';

export interface SweepRunnerDeps extends SweepStepDeps {
  readonly bus: EventBus;
  readonly log: Logger;
}

/** Runs the sweeps: creates their trials, reads the outcomes, and ends the sweeps. */
export interface SweepRunner {
  /**
   * Resolves when the current step has ended. The next runner finds the running sweeps in the
   * database.
   */
  stop(): Promise<void>;
}

/** Poll interval: notifications from other processes do not reach this one. */
const TICK_MS = 1000;

/** Several runners may run in several processes. The database admits one of them at each step. */
export function startSweepRunner(deps: SweepRunnerDeps): SweepRunner {
  const { database, bus, clock, log } = deps;
  const sweeps = new Map<string, RunningSweep>();
  const queue = createSerialQueue((error) => log.error({ err: error }, 'a step of the sweeps failed and is retried'));

  let stopped = false;
  /** Returns whether the sweep has more to decide. */
  const step = async (id: string): Promise<boolean> => {
    const sweep = sweeps.get(id) ?? (await loadRunningSweep(database, id));
    // Clients ask for the trials of an external sweep.
    if (sweep === undefined || sweep.settings.external) return false;
    // If the step throws, the sweep must be loaded again.
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
        log.error({ err: error, sweepId: id }, 'a step of a sweep failed and is retried');
    }
  };
  const tick = async () => {
    const running = await listInternal(database);
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
