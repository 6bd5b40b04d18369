import type { Logger } from 'pino';
import { INTERNAL_ERROR, tooLarge } from '../jobs/failures.ts';
import type { Clock } from '../kit/clock.ts';
import type { RequestedAction } from '../store/database/tables.ts';
import type { ClaimedJob, Lease, Queue } from './queue/queueStore.ts';
import { allocateCores } from './run/allocateCores.ts';
import type { TrainingMetrics } from './run/metrics.ts';
import type { Run, StopReason } from './run.ts';

export interface DispatcherDeps {
  readonly queue: Queue;
  /** Runs a job on a thread. */
  readonly start: (job: ClaimedJob) => Run;
  /** The number of jobs that run at once. */
  readonly threads: number;
  /** Cores that the running jobs share. */
  readonly cores: number;
  /** Memory limit of all running jobs together, compared with their estimates. */
  readonly memoryBytes: number;
  readonly onChanged: (jobId: string) => void;
  /** Called when a job has freed its thread, and again when the job is released. */
  readonly onFree: () => void;
  readonly metrics: Pick<TrainingMetrics, 'waitSeconds'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Starts and stops the jobs of this worker. Its asynchronous methods must not be called
 * concurrently.
 */
export interface Dispatcher {
  /**
   * Claims jobs until no thread, memory or queued job is left. For a due suspect, it preempts the
   * running jobs first.
   */
  claimJobs(): Promise<void>;
  /**
   * Renews the leases. Stops jobs with a requested action and jobs that are leased to another
   * worker now.
   */
  renewLeases(): Promise<void>;
  /**
   * Sets the number of cores of each running job. Called when a job starts, begins to train or
   * ends.
   */
  rebalanceCores(): void;
  /** Performs a requested action at once, before the next renewal of the leases would find it. */
  action(jobId: string, action: RequestedAction): void;
  /** Stops all jobs. Resolves when the last one is released. */
  stop(): Promise<void>;
}

const MS_PER_SECOND = 1000;

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { queue, threads, memoryBytes, onChanged, onFree, metrics, clock, log } = deps;
  const runs = new Map<string, Run>();
  /** The runs that occupy a thread. The results of the others are being written. */
  const onThreads = new Set<Run>();
  let stopping = false;

  const freeBytes = () => [...runs.values()].reduce((free, run) => free - run.memoryBytes, memoryBytes);

  const rebalanceCores = () => {
    const running = [...onThreads];
    const limits = running.map((run) => run.maxThreads());
    const shares = allocateCores(deps.cores, limits);
    for (const [i, run] of running.entries()) run.setThreads(shares[i]);
  };

  const begin = (job: ClaimedJob) => {
    const waitedMs = job.queuedAt === null ? null : Math.max(0, clock() - job.queuedAt);
    log.info({ jobId: job.id, attempt: job.attempts, waitedMs }, 'job started');
    if (waitedMs !== null) metrics.waitSeconds.observe(waitedMs / MS_PER_SECOND);
    const run = deps.start(job);
    runs.set(job.id, run);
    onThreads.add(run);
    rebalanceCores();
    // The next job trains while the model of this one is written.
    run.leftThread.then(() => {
      onThreads.delete(run);
      rebalanceCores();
      onFree();
    });
    run.ended.then(() => {
      runs.delete(job.id);
      onChanged(job.id);
      onFree();
    });
  };

  const reject = async ({ id, memoryBytes: needed }: ClaimedJob) => {
    log.warn({ jobId: id, needed, memoryBytes }, 'job rejected: it needs more memory than this worker has');
    await queue.fail(id, tooLarge(needed, memoryBytes));
  };

  const startOrReject = async (job: ClaimedJob) => {
    if (job.memoryBytes <= memoryBytes) begin(job);
    else await reject(job);
    onChanged(job.id);
  };
  const claimHealthyJobs = async () => {
    // At most one finished job a thread waits to be written. Otherwise training would run ahead of
    // a full disk.
    while (!stopping && onThreads.size < threads && runs.size < 2 * threads) {
      // An idle worker also claims a job that is too large, to reject it. A job that it still runs
      // is not claimed again.
      const job = await queue.claim(runs.size === 0 ? Number.MAX_SAFE_INTEGER : freeBytes(), [...runs.keys()]);
      if (job === undefined) return;
      await startOrReject(job);
    }
  };
  /** Jobs whose results are being written end without it. */
  const preemptAll = () => {
    for (const run of onThreads) run.preempt();
  };

  return {
    async claimJobs() {
      if (stopping || [...runs.values()].some((run) => run.isAlone())) return;
      await claimHealthyJobs();
      if (stopping || !(await queue.hasDueSuspect())) return;
      if (runs.size > 0) return preemptAll();
      const suspect = await queue.claimSuspect();
      if (suspect) await startOrReject(suspect);
    },

    async renewLeases() {
      const known = [...runs.values()];
      const leases = new Map((await queue.renew()).map((lease) => [lease.id, lease]));
      for (const run of known) {
        const reason = reasonToStop(leases.get(run.jobId));
        if (reason) run.stop(reason);
        leases.delete(run.jobId);
      }
      // A lease without a run: the final state of the job could not be written.
      for (const id of leases.keys()) await queue.fail(id, INTERNAL_ERROR);
    },

    rebalanceCores,

    action(jobId, action) {
      runs.get(jobId)?.stop(action);
    },

    async stop() {
      stopping = true;
      for (const run of runs.values()) run.stop('shutdown');
      await Promise.all([...runs.values()].map((run) => run.ended));
    },
  };
}

function reasonToStop(lease: Lease | undefined): StopReason | null {
  return lease === undefined ? 'lost' : lease.requested;
}
