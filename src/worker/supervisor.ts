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
  /** News for the worker is taken from here, news of the worker comes here. */
  readonly bus: EventBus;
  /** How long the worker has to stop before it is killed. */
  readonly stopMs?: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Keeps one worker process alive beside the API. */
export interface Supervisor {
  /** Whether a worker runs that has said that it can take jobs. */
  ready(): boolean;
  /** The number of the worker process, while there is one. */
  pid(): number | undefined;
  /** What the worker measures of itself; nothing while there is none, or while it does not answer. */
  metrics(): Promise<ProcessMetrics>;
  /** Ends the worker, which puts its jobs back, and resolves when it is gone. */
  stop(): Promise<void>;
}

const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;
/** The death of a worker counts only if this process outlives it by this time: a kill of both takes less. */
const GRACE_MS = 250;
/** A worker that lived so long did not die of what it started with. */
const LONG_LIFE_MS = 30_000;
/** Whoever collects the figures waits for ten seconds at most, as a rule. */
const METRICS_TIMEOUT_MS = 2_000;

/** Starts the worker process, and starts it again whenever it dies: then it takes the jobs back first, by the rule of `reclaimCrashed`. */
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
      log.error({ err }, 'the death of the worker process could not be recorded: it counts against no job');
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
    child.on('error', (err) => log.error({ err }, 'the worker process could not be reached'));
    child.once('exit', () => {
      child = undefined;
      isReady = false;
    });
    // After `exit`, and after its last message.
    child.once('close', (code, signal) => {
      if (stopping) return;
      if (performance.now() - born > LONG_LIFE_MS) pauseMs = MIN_PAUSE_MS;
      log.error({ code, signal, pauseMs }, 'the worker process died; it is started again');
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
    // A message that is lost costs a second: the worker looks into the database as well.
    if (!isFromWorker(item) && child?.connected) child.send(item, () => {});
  });
  // However this process ends, unless it is killed: then the worker ends for want of its channel.
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

/** A worker whose channel closes ends by itself. */
async function end(child: ChildProcess, stopMs: number): Promise<void> {
  const gone = once(child, 'exit');
  const force = setTimeout(() => child.kill('SIGKILL'), stopMs);
  if (child.connected) child.disconnect();
  await gone;
  clearTimeout(force);
}

/** Signals by which a person or the system asks a process to end. SIGKILL is not among them: the system sends it for want of memory. */
const REQUESTS: readonly (NodeJS.Signals | null)[] = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'];

function wasAskedToEnd(code: number | null, signal: NodeJS.Signals | null): boolean {
  return code === 0 || code === EXIT_FORCED || REQUESTS.includes(signal);
}
