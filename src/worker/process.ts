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
  /** The registry of the metrics of this process. */
  readonly registry: Registry;
  /** How long the process has to stop before it exits by force. */
  readonly exitMs?: number;
  readonly kernels: ThreadSetup['kernels'];
  /** The module that the threads run. */
  readonly threadModule?: string;
  /**
   * Starts a service that runs next to the worker on the same event bus. It is stopped before the
   * worker.
   */
  readonly startCompanion?: (bus: EventBus) => { stop(): Promise<void> };
}

/**
 * Runs jobs in this process until its parent is gone or a signal asks it to stop. Then it resolves,
 * and no handle prevents the process from exiting. Rejects when its threads cannot start.
 */
export async function runWorker(deps: WorkerProcessDeps): Promise<void> {
  setNiceness(WORKER_NICENESS);
  const end = untilStopSignal();
  const { kernels, threads, cores, threadModule = modulePath(import.meta.url, './thread/thread') } = deps;
  const pool = createPool({ module: threadModule, setup: { kernels }, threads, cores, onError: end.reject });
  try {
    // If threads cannot start, the worker must claim no jobs: each of them would fail.
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
    // The parent may be dead, and then no other process would kill this one.
    setTimeout(() => process.exit(EXIT_FORCED), exitMs).unref();
    await companion?.stop();
    await worker.stop();
  }
}

/**
 * Exchanges notifications with the parent process, if there is one. Resolves when the parent was
 * sent the owner of the leases.
 */
async function connectToParent(bus: EventBus, owner: string): Promise<void> {
  process.on('message', (message) => {
    if (isNotification(message)) bus.publish(message);
  });
  bus.subscribe((item) => {
    // A notification may be lost when the parent is gone. Its receivers poll the database as well.
    if (isFromWorker(item) && process.connected) process.send?.(item, () => {});
  });
  const ready: ReadyMessage = { kind: 'ready', owner };
  if (process.connected) await new Promise((resolve) => process.send?.(ready, resolve));
}

/**
 * Resolves when the parent is gone or a signal asks the process to stop. With a parent, SIGINT is
 * ignored: Ctrl-C reaches the parent too, which decides.
 */
function untilStopSignal(): PromiseWithResolvers<void> {
  const stopSignal = Promise.withResolvers<void>();
  process.once('disconnect', stopSignal.resolve);
  process.once('SIGTERM', stopSignal.resolve);
  if (process.connected) process.on('SIGINT', () => {});
  else process.once('SIGINT', stopSignal.resolve);
  return stopSignal;
}
