import type { Registry } from '../kit/metrics.ts';
import { siblingPath } from '../kit/node.ts';
import { USUAL_STOP_TIMES } from '../kit/stopTimes.ts';
import { createNewsDesk, isNews, isOfWorker, type NewsDesk } from '../notifications/bus.ts';
import { createTrainingMetrics } from './metrics.ts';
import { newOwner } from './owner.ts';
import { EXIT_FORCED, type ReadyMessage } from './parent.ts';
import { beNice, WORKER_NICENESS } from './priorities.ts';
import { answerScrapes } from './scrapes.ts';
import { createPool, type Pool } from './thread/pool.ts';
import type { ThreadSetup } from './thread/threadTask.ts';
import { startWorker, type WorkerParts } from './worker.ts';

export interface WorkerProcessParts extends Omit<WorkerParts, 'owner' | 'news' | 'pool' | 'metrics'> {
  /** Where its figures are kept. */
  readonly registry: Registry;
  /** How long it has to stop before it ends whatever it does. */
  readonly exitMs?: number;
  readonly kernels: ThreadSetup['kernels'];
  /** The module that the threads run. */
  readonly threadModule?: string;
  /** Starts what is to run beside the worker, over the same news; it is stopped before the worker is. */
  readonly beside?: (news: NewsDesk) => { stop(): Promise<void> };
}

/**
 * Makes this process a worker: it takes jobs until its parent is gone or it is told to end, then resolves, and nothing keeps the process alive.
 * Rejects when its threads cannot start.
 */
export async function runWorker(parts: WorkerProcessParts): Promise<void> {
  beNice(WORKER_NICENESS);
  const end = untilTold();
  const { kernels, threads, threadModule = siblingPath(import.meta.url, './thread/thread') } = parts;
  const pool = createPool({ module: threadModule, setup: { kernels }, threads, onError: end.reject });
  try {
    // Threads that cannot start must not take jobs, which would fail one after the other.
    await Promise.race([pool.warmUp(), end.promise]);
    await work(parts, pool, end.promise);
  } finally {
    await pool.close();
    if (process.connected) process.disconnect();
  }
}

async function work(parts: WorkerProcessParts, pool: Pool, end: Promise<void>): Promise<void> {
  const { exitMs = USUAL_STOP_TIMES.workerMs } = parts;
  const news = createNewsDesk();
  const metrics = createTrainingMetrics(parts.registry);
  const owner = newOwner();
  answerScrapes(parts.registry);
  await joinParent(news, owner);
  const worker = startWorker({ ...parts, owner, news, pool, metrics });
  const beside = parts.beside?.(news);
  try {
    await end;
  } finally {
    // Whoever forked it may be dead, and nobody else there to end it.
    setTimeout(() => process.exit(EXIT_FORCED), exitMs).unref();
    await beside?.stop();
    await worker.stop();
  }
}

/** Passes news between this process and the one that forked it, if one did. Resolves when the parent can know whose leases this process has. */
async function joinParent(news: NewsDesk, owner: string): Promise<void> {
  process.on('message', (message) => {
    if (isNews(message)) news.publish(message);
  });
  news.subscribe((item) => {
    // The parent may be gone already; whoever waits looks into the database as well.
    if (isOfWorker(item) && process.connected) process.send?.(item, () => {});
  });
  const ready: ReadyMessage = { kind: 'ready', owner };
  if (process.connected) await new Promise((resolve) => process.send?.(ready, resolve));
}

/** Resolves when the parent is gone or the process is asked to end. Ctrl-C goes to the parent too, which decides then. */
function untilTold(): PromiseWithResolvers<void> {
  const told = Promise.withResolvers<void>();
  process.once('disconnect', told.resolve);
  process.once('SIGTERM', told.resolve);
  if (process.connected) process.on('SIGINT', () => {});
  else process.once('SIGINT', told.resolve);
  return told;
}
