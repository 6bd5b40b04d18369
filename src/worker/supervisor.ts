import { type ChildProcess, fork } from 'node:child_process';
import { on, once } from 'node:events';
import type { Logger } from 'pino';
import type { Clock } from '../kit/clock.ts';
import { DEFAULT_SHUTDOWN_BUDGET } from '../kit/shutdownBudget.ts';
import { type EventBus, isFromWorker, isNotification } from '../notifications/bus.ts';
import type { Database } from '../store/database/database.ts';
import { EXIT_FORCED, isReadyMessage } from './parent.ts';
import { isMetricsResponse, METRICS_REQUEST, type ProcessMetrics } from './processMetrics.ts';
import { reclaimCrashed } from './queue/reclaimStore.ts';

export interface SupervisorDeps {
  readonly database: Database;
  /** The module that calls `runWorker`, and its arguments. */
  readonly module: string;
  readonly args: readonly string[];
  /**
   * Notifications for the worker are read from this bus, and those of the worker are published on
   * it.
   */
  readonly bus: EventBus;
  /** How long the worker has to stop before it is killed. */
  readonly stopMs?: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Restarts one worker process, next to the API, whenever it dies. */
export interface Supervisor {
  /** Whether a worker runs and has reported that it is ready. */
  ready(): boolean;
  /** The process id of the worker; undefined while none runs. */
  pid(): number | undefined;
  /** The metrics of the worker; empty while none runs or while it does not respond. */
  metrics(): Promise<ProcessMetrics>;
  /** Stops the worker, which queues its jobs again. Resolves when the process has exited. */
  stop(): Promise<void>;
}

const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;
/**
 * A crash counts only if this process outlives the worker by this time: a kill of both needs less.
 */
const GRACE_MS = 250;
/**
 * A worker that ran this long did not die of a fault at its start, so the restart delay is reset.
 */
const LONG_LIFE_MS = 30_000;
/** Well below the scrape timeout of Prometheus, which is 10 seconds by default. */
const METRICS_TIMEOUT_MS = 2_000;

/**
 * Starts the worker process and restarts it whenever it dies. Before a restart, its jobs are
 * reclaimed by the rules of `reclaimCrashed`.
 */
export function startSupervisor(deps: SupervisorDeps): Supervisor {
  const { database, module, args, bus, stopMs = DEFAULT_SHUTDOWN_BUDGET.workerMs, clock, log } = deps;
  let child: ChildProcess | undefined;
  let isReady = false;
  let stopping = false;
  let pauseMs = MIN_PAUSE_MS;
  let timer: NodeJS.Timeout | undefined;
  let reclaimed: Promise<void> = Promise.resolve();

  const reclaim = async (owner: string) => {
    try {
      for (const jobId of await reclaimCrashed(database, clock(), owner)) bus.publish({ kind: 'changed', jobId });
    } catch (err) {
      log.error({ err }, 'the crash of the worker process could not be recorded; it counts against no job');
    }
  };
  const start = () => {
    let owner: string | undefined;
    const born = performance.now();
    child = fork(module, args, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    log.info({ workerPid: child.pid }, 'worker process started');
    child.on('message', (message) => {
      if (isNotification(message)) bus.publish(message);
      if (!isReadyMessage(message)) return;
      isReady = true;
      owner = message.owner;
    });
    child.on('error', (err) => log.error({ err }, 'the worker process could not be started or reached'));
    child.once('exit', () => {
      child = undefined;
      isReady = false;
    });
    // After `exit`, and after its last message.
    child.once('close', (code, signal) => {
      if (stopping) return;
      if (performance.now() - born > LONG_LIFE_MS) pauseMs = MIN_PAUSE_MS;
      log.error({ code, signal, pauseMs }, 'the worker process died; restarting it');
      const isCounted = owner !== undefined && !wasAskedToEnd(code, signal);
      timer = setTimeout(() => restart(isCounted ? owner : undefined), GRACE_MS);
    });
  };
  const restart = async (owner: string | undefined) => {
    if (owner !== undefined) reclaimed = reclaim(owner);
    await reclaimed;
    if (stopping) return;
    timer = setTimeout(start, pauseMs);
    pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
  };
  const unsubscribe = bus.subscribe((item) => {
    // A lost message costs a delay of one second: the worker polls the database as well.
    if (!isFromWorker(item) && child?.connected) child.send(item, () => {});
  });
  // For every exit of this process but a kill. After a kill, the worker stops because its channel
  // closes.
  const kill = () => child?.kill('SIGKILL');
  process.once('exit', kill);
  start();

  const stop = async () => {
    stopping = true;
    unsubscribe();
    clearTimeout(timer);
    if (child) await end(child, stopMs);
    await reclaimed;
    process.off('exit', kill);
  };
  let stopped: Promise<void> | undefined;
  return {
    ready: () => isReady,
    pid: () => child?.pid,
    metrics: async () => (child?.connected ? requestMetrics(child) : []),
    stop: () => (stopped ??= stop()),
  };
}

async function requestMetrics(child: ChildProcess): Promise<ProcessMetrics> {
  const signal = AbortSignal.timeout(METRICS_TIMEOUT_MS);
  try {
    child.send(METRICS_REQUEST, () => {});
    for await (const [message] of on(child, 'message', { signal, close: ['exit'] })) {
      if (isMetricsResponse(message)) return message.metrics;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return [];
}

/** Closes the channel, on which the worker stops, and kills the worker after `stopMs`. */
async function end(child: ChildProcess, stopMs: number): Promise<void> {
  const gone = once(child, 'exit');
  const force = setTimeout(() => child.kill('SIGKILL'), stopMs);
  if (child.connected) child.disconnect();
  await gone;
  clearTimeout(force);
}

/**
 * Signals by which a person or the system asks a process to stop. SIGKILL is not among them: the
 * system sends it when memory runs out.
 */
const REQUESTS: readonly (NodeJS.Signals | null)[] = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'];

function wasAskedToEnd(code: number | null, signal: NodeJS.Signals | null): boolean {
  return code === 0 || code === EXIT_FORCED || REQUESTS.includes(signal);
}
