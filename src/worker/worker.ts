import type { Logger } from 'pino';
import type { Clock } from '../kit/clock.ts';
import { USUAL_STOP_TIMES } from '../kit/stopTimes.ts';
import type { NewsDesk } from '../notifications/bus.ts';
import type { Database } from '../store/database.ts';
import { createDispatcher } from './dispatcher.ts';
import { createLane } from './lane.ts';
import { isDeadOwner, newOwner } from './owner.ts';
import { createQueue } from './queue/queue.ts';
import { createJournal } from './run/journal.ts';
import { createPreparations } from './run/preparations.ts';
import { type RunParts, startRun } from './run/run.ts';
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

export interface WorkerParts extends Pick<RunParts, RunSettings> {
  readonly database: Database;
  readonly news: NewsDesk;
  readonly pool: Pool;
  /** How many jobs train at once. */
  readonly threads: number;
  /** What those that train share. */
  readonly cores: number;
  /** What all jobs together may take, by their estimates. */
  readonly memoryBytes: number;
  /** The name under which it leases jobs; left out, a new one. */
  readonly owner?: string;
  /** How long a thread has to stop before it is ended. */
  readonly stopMs?: number;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Worker {
  /** Takes no more jobs, stops those that run and queues them again; resolves when the last one has left. */
  stop(): Promise<void>;
}

/** Leases are renewed and the database is looked at so often: news may get lost or happen in other processes. */
const TICK_MS = 1000;

/** Takes jobs out of the queue, as many at once as there are threads, until it is stopped. The pool is ended with it. */
export function startWorker(parts: WorkerParts): Worker {
  const { database, news, pool, clock, log, owner = newOwner(), stopMs = USUAL_STOP_TIMES.threadMs } = parts;
  const queue = createQueue(database, owner, clock);
  const lane = createLane((error) => log.error({ err: error }, 'the queue could not be read; it is tried again'));
  const onChanged = (jobId: string) => news.publish({ kind: 'changed', jobId });
  const journal = createJournal({
    database,
    owner,
    onWritten: onChanged,
    onError: (error) => log.error({ err: error }, 'progress could not be written; it is tried again'),
  });
  const preparations = createPreparations(clock);
  const onStart = () => dispatcher.shareCores();
  const takeJobs = () => lane.run(dispatcher.takeJobs);
  const dispatcher = createDispatcher({
    ...parts,
    queue,
    start: (job) => startRun({ ...parts, preparations, stopMs, queue, journal, onStart, onCleared: takeJobs }, job),
    onChanged,
    onFree: takeJobs,
  });

  const recover = async () => {
    const dead = (await queue.owners()).filter((other) => isDeadOwner(other, owner));
    for (const other of dead) for (const id of await queue.takeBackFrom(other)) onChanged(id);
    await parts.checkpoints.collect();
  };
  const tick = async () => {
    // Its own first: a database that was locked for long has let them run out.
    await dispatcher.keepLeases();
    for (const id of await queue.takeBackExpired()) onChanged(id);
    await dispatcher.takeJobs();
  };
  const unsubscribe = news.subscribe((item) => {
    if (item.kind === 'queued') takeJobs();
    if (item.kind === 'wish') dispatcher.hear(item.jobId, item.wish);
  });
  lane.run(recover);
  lane.run(tick);
  const timer = setInterval(() => lane.run(tick), TICK_MS);

  const stop = async () => {
    unsubscribe();
    clearInterval(timer);
    await lane.run(dispatcher.stop);
    await pool.close();
  };
  let stopped: Promise<void> | undefined;
  return { stop: () => (stopped ??= stop()) };
}
