import type { Logger } from 'pino';
import { INTERNAL_ERROR, tooLarge } from '../jobs/failures.ts';
import type { Clock } from '../kit/clock.ts';
import type { RequestedAction } from '../store/database/tables.ts';
import { allocateCores } from './allocateCores.ts';
import type { ClaimedJob, Lease, Queue } from './queue/queueStore.ts';
import type { TrainingMetrics } from './run/metrics.ts';
import type { Run, StopReason } from './run/run.ts';

export interface DispatcherDeps {
  readonly queue: Queue;
  /** Runs a job on a thread. */
  readonly start: (job: ClaimedJob) => Run;
  /** How many jobs run at once. */
  readonly threads: number;
  /** What they share. */
  readonly cores: number;
  /** What all jobs together may take, by their estimates. */
  readonly memoryBytes: number;
  readonly onChanged: (jobId: string) => void;
  /** Called when a thread is free again, and when the job has left altogether. */
  readonly onFree: () => void;
  readonly metrics: Pick<TrainingMetrics, 'waitSeconds'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Keeps the jobs that run in this worker. Its methods are called one after the other, never at once. */
export interface Dispatcher {
  /** Takes jobs until threads, memory or the queue are used up; a suspect alone, for which the jobs that run make way. */
  claimJobs(): Promise<void>;
  /** Renews the leases, and stops the jobs that were asked to or that somebody else has now. */
  renewLeases(): Promise<void>;
  /** Gives each job that runs its share of the cores: all that start, begin to train or end change the others'. */
  rebalanceCores(): void;
  /** Hears of a wish before the next look at the leases. */
  action(jobId: string, action: RequestedAction): void;
  /** Stops all jobs; resolves when the last one has left. */
  stop(): Promise<void>;
}

const MS_PER_SECOND = 1000;

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { queue, threads, memoryBytes, onChanged, onFree, metrics, clock, log } = deps;
  const runs = new Map<string, Run>();
  /** Those that are on a thread; the others are being written. */
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
    // The next job trains while this one's model is written.
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
    log.warn({ jobId: id, needed, memoryBytes }, 'job refused: it needs more memory than this worker has');
    await queue.fail(id, tooLarge(needed, memoryBytes));
  };

  const startOrReject = async (job: ClaimedJob) => {
    if (job.memoryBytes <= memoryBytes) begin(job);
    else await reject(job);
    onChanged(job.id);
  };
  const claimHealthyJobs = async () => {
    // Where nothing can be written, no more is trained.
    while (!stopping && onThreads.size < threads && runs.size < 2 * threads) {
      // An idle worker takes a job that is too large for it as well, to say so. One that was lost and has not left yet is not taken again.
      const job = await queue.claim(runs.size === 0 ? Number.MAX_SAFE_INTEGER : freeBytes(), [...runs.keys()]);
      if (job === undefined) return;
      await startOrReject(job);
    }
  };
  /** Jobs that are being written leave by themselves. */
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
      // A lease without a run: the end of the job could not be written.
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
