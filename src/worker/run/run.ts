import { INTERNAL_ERROR } from '../../jobs/failures.ts';
import { readHyperparameters } from '../../jobs/submission/requestSchema.ts';
import type { Tracer } from '../../kit/tracing/tracer.ts';
import { isTransient } from '../../store/database/errors.ts';
import { fromJson, fromNullableJson } from '../../store/database/json.ts';
import type { RequestedAction } from '../../store/database/tables.ts';
import type { StopRequest } from '../../training/loop/runControl.ts';
import type { RunPlan } from '../../training/report.ts';
import { PREEMPTED } from '../progress/logMessages.ts';
import type { ClaimedJob } from '../queue/queueStore.ts';
import { createControl } from '../thread/control.ts';
import { type EndJobDeps, endJob } from './endJob.ts';
import { retryUntilStored } from './retryUntilStored.ts';
import { type RunningJob, type ThreadRunDeps, trainOnThread } from './threadRun.ts';
import { traceRun } from './tracing.ts';

export interface RunDeps extends EndJobDeps, Omit<ThreadRunDeps, 'onStart' | 'onThreadFree' | 'onRecorded'> {
  /** A thread that does not hear that it should stop (it reads a large file, say) is ended after so long. */
  readonly stopMs: number;
  /** Called when the training begins: what it can use is known then. */
  readonly onStart: () => void;
  /** Called when the job no longer has to run alone. */
  readonly onCleared: () => void;
  readonly tracer?: Tracer | undefined;
}

/** Why a run is stopped: a client wants it, the process ends, or the lease is somebody else's now. */
export type StopReason = RequestedAction | 'shutdown' | 'lost';

const ENDING_FOR: Readonly<Record<StopReason, StopRequest>> = {
  cancel: 'cancel',
  pause: 'pause',
  stop: 'stop',
  shutdown: 'pause',
  lost: 'cancel',
};

export interface Run {
  readonly jobId: string;
  readonly memoryBytes: number;
  /** How many threads it can use; 1 until the training begins. */
  maxThreads(): number;
  /** From its next step on it uses as many of them. */
  setThreads(count: number): void;
  /** Whether no other job may run beside it: it is a suspect. */
  isAlone(): boolean;
  /** Stops at its next checkpoint, and is queued again: a suspect is to run alone. */
  preempt(): void;
  /** Resolves when its thread is free again: what came of it is yet to be written. Never rejects. */
  readonly leftThread: Promise<void>;
  /** Asks the thread to stop at its next step; the first reason counts, but for those that leave nothing. */
  stop(reason: StopReason): void;
  /** Resolves when the job has left this worker. Never rejects. */
  readonly ended: Promise<void>;
}

/** Runs one claimed job on a thread of the pool, from its dataset to its final state. */
export function startRun(deps: RunDeps, claimed: ClaimedJob): Run {
  const control = createControl();
  const trace = traceRun(deps.tracer, claimed, deps.clock);
  const log = deps.log.child({ jobId: claimed.id });
  const job: RunningJob = {
    id: claimed.id,
    project: claimed.project,
    name: claimed.name,
    datasetId: claimed.datasetId,
    spec: readHyperparameters(claimed.request),
    warnings: fromJson(claimed.warnings),
    // It was written from the type.
    halt: fromNullableJson(claimed.halt),
    hasCheckpoint: claimed.hasCheckpoint === 1,
    isRepeated: claimed.attempts > 1 || claimed.suspectAt !== null,
    extendable: claimed.trial === null,
  };
  let maxThreads = 1;
  const onStart = (plan: RunPlan) => {
    maxThreads = plan.maxThreads;
    trace.enter('train');
    deps.onStart();
  };
  let alone = claimed.suspectAt !== null;
  let isPreempted = false;
  const onRecorded = (isCleared: boolean) => {
    if (isPreempted) control.end('pause');
    if (!alone || !isCleared) return;
    alone = false;
    deps.onCleared();
  };
  const force = new AbortController();
  let deadline: NodeJS.Timeout | undefined;

  const left = Promise.withResolvers<void>();
  const quitting = new AbortController();
  const leaving = new AbortController();
  const stored = (write: () => Promise<void>) => retryUntilStored(write, leaving.signal, log);

  const run = async () => {
    const timed = deps.metrics.runSeconds.startTimer();
    trace.enter('prepare');
    const training = await trainOnThread(
      { ...deps, log, onStart, onRecorded, onThreadFree: left.resolve },
      job,
      control,
      {
        leaving: quitting.signal,
        force: force.signal,
      },
    );
    trace.enter('save');
    await stored(() => endJob({ ...deps, log }, job, training));
    timed({ outcome: training.result.kind });
    trace.end(training.result.kind);
  };
  const recordFailure = async (error: unknown) => {
    if (isTransient(error)) return stored(() => deps.queue.release(job.id));
    await deps.progress.flush();
    log.error({ err: error }, 'the end of the job could not be written');
    await deps.queue.fail(job.id, INTERNAL_ERROR);
  };
  const stop = (reason: StopReason) => {
    control.end(ENDING_FOR[reason]);
    if (reason === 'shutdown' || reason === 'lost') leaving.abort();
    // Whoever is to make its model has to measure it first, which may take long.
    if (reason !== 'stop') quitting.abort();
    if (reason !== 'stop') deadline ??= setTimeout(() => force.abort(), deps.stopMs);
  };
  if (claimed.requested) stop(claimed.requested);
  return {
    jobId: job.id,
    memoryBytes: claimed.memoryBytes,
    maxThreads: () => maxThreads,
    setThreads: control.setThreads,
    isAlone: () => alone,
    preempt() {
      if (isPreempted) return;
      isPreempted = true;
      deps.progress.add(job.id, { logs: [PREEMPTED] });
      control.requestCheckpoint();
    },
    leftThread: left.promise,
    stop,
    ended: run()
      .catch(recordFailure)
      .catch((error) => log.error({ err: error }, 'nor could its failure: it is tried again'))
      .finally(() => {
        clearTimeout(deadline);
        left.resolve();
      }),
  };
}
