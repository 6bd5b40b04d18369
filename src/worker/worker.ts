import type { Logger } from 'pino';
import type { Clock } from '../kit/clock.ts';
import { DEFAULT_SHUTDOWN_BUDGET } from '../kit/shutdownBudget.ts';
import type { EventBus } from '../notifications/bus.ts';
import type { Database } from '../store/database/database.ts';
import { createDispatcher } from './dispatcher.ts';
import { isDeadOwner, newOwner } from './owner.ts';
import { createProgressWriter } from './progress/progressWriter.ts';
import { createQueue } from './queue/queueStore.ts';
import { createPreparedDataCache } from './run/preparedDataCache.ts';
import { type RunDeps, startRun } from './run.ts';
import { createSerialQueue } from './serialQueue.ts';
import type { Pool } from './thread/pool.ts';

type RunSettings =
  | 'saveModel'
  | 'findDataset'
  | 'findFile'
  | 'checkpoints'
  | 'checkpointMs'
  | 'probationMs'
  | 'metrics'
  | 'tracer';

export interface WorkerDeps extends Pick<RunDeps, RunSettings> {
  readonly database: Database;
  readonly bus: EventBus;
  readonly pool: Pool;
  /** The number of jobs that train at once. */
  readonly threads: number;
  /** Cores that the running jobs share. */
  readonly cores: number;
  /** Memory limit of all running jobs together, compared with their estimates. */
  readonly memoryBytes: number;
  /** The name under which this worker leases jobs. Default: a new one. */
  readonly owner?: string;
  /** How long a thread has to stop before it is terminated. */
  readonly stopMs?: number;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Worker {
  /**
   * Claims no more jobs, stops the running ones and queues them again. Resolves when the last one
   * is released.
   */
  stop(): Promise<void>;
}

/**
 * How often leases are renewed and the queue is polled. Notifications can be lost, and those of
 * other processes do not arrive.
 */
const TICK_MS = 1000;

/** Claims and runs jobs, one a thread, until it is stopped. Stopping it also closes the pool. */
export function startWorker(deps: WorkerDeps): Worker {
  const { database, bus, pool, clock, log, owner = newOwner(), stopMs = DEFAULT_SHUTDOWN_BUDGET.threadMs } = deps;
  const queue = createQueue(database, owner, clock);
  const serial = createSerialQueue((error) => log.error({ err: error }, 'the queue could not be read; retrying'));
  const onChanged = (jobId: string) => bus.publish({ kind: 'changed', jobId });
  const progress = createProgressWriter({
    database,
    owner,
    onWritten: onChanged,
    onError: (error) => log.error({ err: error }, 'progress could not be written; retrying'),
  });
  const preparedData = createPreparedDataCache(clock);
  const onStart = () => dispatcher.rebalanceCores();
  const claimJobs = () => serial.run(dispatcher.claimJobs);
  const dispatcher = createDispatcher({
    ...deps,
    queue,
    start: (job) => startRun({ ...deps, preparedData, stopMs, queue, progress, onStart, onCleared: claimJobs }, job),
    onChanged,
    onFree: claimJobs,
  });

  const recover = async () => {
    const dead = (await queue.owners()).filter((other) => isDeadOwner(other, owner));
    for (const other of dead) for (const id of await queue.reclaimFrom(other)) onChanged(id);
    await deps.checkpoints.collect();
  };
  const tick = async () => {
    // Own leases first, because they may have expired while the database was locked.
    await dispatcher.renewLeases();
    for (const id of await queue.reclaimExpired()) onChanged(id);
    await dispatcher.claimJobs();
  };
  const unsubscribe = bus.subscribe((item) => {
    if (item.kind === 'queued') claimJobs();
    if (item.kind === 'actionRequested') dispatcher.action(item.jobId, item.action);
  });
  serial.run(recover);
  serial.run(tick);
  const timer = setInterval(() => serial.run(tick), TICK_MS);

  const stop = async () => {
    unsubscribe();
    clearInterval(timer);
    await serial.run(dispatcher.stop);
    await pool.close();
  };
  let stopped: Promise<void> | undefined;
  return { stop: () => (stopped ??= stop()) };
}
