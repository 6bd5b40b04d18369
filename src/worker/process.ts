import type { Registry } from '../kit/metrics.ts';
import { modulePath } from '../kit/node.ts';
import { DEFAULT_SHUTDOWN_BUDGET } from '../kit/shutdownBudget.ts';
import { createEventBus, type EventBus, isFromWorker, isNotification } from '../notifications/bus.ts';
import { newOwner } from './owner.ts';
import { EXIT_FORCED, type ReadyMessage } from './parent.ts';
import { serveMetricsRequests } from './processMetrics.ts';
import { createTrainingMetrics } from './run/metrics.ts';
import { createPool, type Pool } from './thread/pool.ts';
import { setNiceness, WORKER_NICENESS } from './thread/priorities.ts';
import type { ThreadSetup } from './thread/threadTask.ts';
import { startWorker, type WorkerDeps } from './worker.ts';

export interface WorkerProcessDeps extends Omit<WorkerDeps, 'owner' | 'bus' | 'pool' | 'metrics'> {
  /** Where its figures are kept. */
  readonly registry: Registry;
  /** How long it has to stop before it ends whatever it does. */
  readonly exitMs?: number;
  readonly kernels: ThreadSetup['kernels'];
  /** The module that the threads run. */
  readonly threadModule?: string;
  /** Starts what is to run beside the worker, over the same news; it is stopped before the worker is. */
  readonly startCompanion?: (bus: EventBus) => { stop(): Promise<void> };
}

/**
 * Makes this process a worker: it takes jobs until its parent is gone or it is told to end, then resolves, and nothing keeps the process alive.
 * Rejects when its threads cannot start.
 */
export async function runWorker(deps: WorkerProcessDeps): Promise<void> {
  setNiceness(WORKER_NICENESS);
  const end = untilStopSignal();
  const { kernels, threads, threadModule = modulePath(import.meta.url, './thread/thread') } = deps;
  const pool = createPool({ module: threadModule, setup: { kernels }, threads, onError: end.reject });
  try {
    // Threads that cannot start must not take jobs, which would fail one after the other.
    await Promise.race([pool.warmUp(), end.promise]);
    await runUntilEnd(deps, pool, end.promise);
  } finally {
    await pool.close();
    if (process.connected) process.disconnect();
  }
}

async function runUntilEnd(deps: WorkerProcessDeps, pool: Pool, end: Promise<void>): Promise<void> {
  const { exitMs = DEFAULT_SHUTDOWN_BUDGET.workerMs } = deps;
  const bus = createEventBus();
  const metrics = createTrainingMetrics(deps.registry);
  const owner = newOwner();
  serveMetricsRequests(deps.registry);
  await connectToParent(bus, owner);
  const worker = startWorker({ ...deps, owner, bus, pool, metrics });
  const companion = deps.startCompanion?.(bus);
  try {
    await end;
  } finally {
    // Whoever forked it may be dead, and nobody else there to end it.
    setTimeout(() => process.exit(EXIT_FORCED), exitMs).unref();
    await companion?.stop();
    await worker.stop();
  }
}

/** Passes news between this process and the one that forked it, if one did. Resolves when the parent can know whose leases this process has. */
async function connectToParent(bus: EventBus, owner: string): Promise<void> {
  process.on('message', (message) => {
    if (isNotification(message)) bus.publish(message);
  });
  bus.subscribe((item) => {
    // The parent may be gone already; whoever waits looks into the database as well.
    if (isFromWorker(item) && process.connected) process.send?.(item, () => {});
  });
  const ready: ReadyMessage = { kind: 'ready', owner };
  if (process.connected) await new Promise((resolve) => process.send?.(ready, resolve));
}

/** Resolves when the parent is gone or the process is asked to end. Ctrl-C goes to the parent too, which decides then. */
function untilStopSignal(): PromiseWithResolvers<void> {
  const stopSignal = Promise.withResolvers<void>();
  process.once('disconnect', stopSignal.resolve);
  process.once('SIGTERM', stopSignal.resolve);
  if (process.connected) process.on('SIGINT', () => {});
  else process.once('SIGINT', stopSignal.resolve);
  return stopSignal;
}
