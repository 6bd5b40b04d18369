import { INTERNAL_ERROR } from '../jobs/failures.ts';
import { isEnsemble, readJobHyperparameters } from '../jobs/submission/requestSchema.ts';
import type { Tracer } from '../kit/tracing/tracer.ts';
import type { Warning } from '../kit/warning.ts';
import { isTransient } from '../store/database/errors.ts';
import { fromJson, fromNullableJson } from '../store/database/json.ts';
import type { RequestedAction } from '../store/database/tables.ts';
import type { StopRequest } from '../training/loop/runControl.ts';
import type { StopRule } from '../training/loop/stopRule.ts';
import type { RunPlan } from '../training/report.ts';
import { PREEMPTED } from './progress/logMessages.ts';
import type { ClaimedJob } from './queue/queueStore.ts';
import { type EndJobDeps, endJob, type FinishedTraining, type TrainedJob } from './run/endJob.ts';
import type { EnsembleRunDeps } from './run/ensemble/ensemble.ts';
import { createEnsembleControl } from './run/ensemble/ensembleControl.ts';
import { trainEnsemble } from './run/ensemble/trainEnsemble.ts';
import { retryUntilStored } from './run/retryUntilStored.ts';
import { type RunSignals, type ThreadRunDeps, trainOnThread } from './run/threadRun.ts';
import { traceRun } from './run/tracing.ts';
import { type Control, createControl } from './thread/control.ts';

export interface RunDeps extends EndJobDeps, Omit<ThreadRunDeps, 'onStart' | 'onThreadFree' | 'onRecorded'> {
  /**
   * A thread that does not react to a stop request within this time (for example, it reads a large
   * file) is terminated.
   */
  readonly stopMs: number;
  /** Called when the training begins: from then on, the number of usable threads is known. */
  readonly onStart: () => void;
  /** Called when the job no longer has to run alone. */
  readonly onCleared: () => void;
  readonly tracer?: Tracer | undefined;
}

/**
 * Why a run is stopped: a client requested it, the process stops, or the job is leased to another
 * worker now.
 */
export type StopReason = RequestedAction | 'shutdown' | 'lost';

const STOP_REQUEST_FOR: Readonly<Record<StopReason, StopRequest>> = {
  cancel: 'cancel',
  pause: 'pause',
  stop: 'stop',
  shutdown: 'pause',
  lost: 'cancel',
};

export interface Run {
  readonly jobId: string;
  readonly memoryBytes: number;
  /** The number of threads that the run can use; 1 until the training begins. */
  maxThreads(): number;
  /** Sets the number of threads from the next step on. */
  setThreads(count: number): void;
  /** Whether no other job may run at the same time, because the job is a suspect. */
  isAlone(): boolean;
  /**
   * Stops the run at its next checkpoint, so that a suspect can run alone. The job is queued again.
   */
  preempt(): void;
  /** Resolves when the thread is free again. The result may not be written yet. Never rejects. */
  readonly leftThread: Promise<void>;
  /**
   * Asks the thread to stop at its next step. The first reason counts, except that `cancel` and
   * `lost` always count.
   */
  stop(reason: StopReason): void;
  /** Resolves when the job is released by this worker. Never rejects. */
  readonly ended: Promise<void>;
}

/** Runs one claimed job on a thread of the pool, from its dataset to its final state. */
export function startRun(deps: RunDeps, claimed: ClaimedJob): Run {
  const trace = traceRun(deps.tracer, claimed, deps.clock);
  const log = deps.log.child({ jobId: claimed.id });
  const training = trainingOf(claimed);
  const { control, job } = training;
  let isStarted = false;
  const onStart = (plan: RunPlan) => {
    training.setPlan(plan);
    if (!isStarted) trace.enter('train');
    isStarted = true;
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
    const finished = await training.train(
      { ...deps, log, onStart, onRecorded, onThreadsChanged: deps.onStart, onThreadFree: left.resolve },
      { leaving: quitting.signal, force: force.signal },
    );
    trace.enter('save');
    await stored(() => endJob({ ...deps, log }, job, finished));
    timed({ outcome: finished.result.kind });
    trace.end(finished.result.kind);
  };
  const recordFailure = async (error: unknown) => {
    if (isTransient(error)) return stored(() => deps.queue.release(job.id));
    await deps.progress.flush();
    log.error({ err: error }, 'the final state of the job could not be written');
    await deps.queue.fail(job.id, INTERNAL_ERROR);
  };
  const stop = (reason: StopReason) => {
    control.end(STOP_REQUEST_FOR[reason]);
    if (reason === 'shutdown' || reason === 'lost') leaving.abort();
    // A stopped job still evaluates its model, which may last long, so its thread is not
    // terminated.
    if (reason !== 'stop') quitting.abort();
    if (reason !== 'stop') deadline ??= setTimeout(() => force.abort(), deps.stopMs);
  };
  if (claimed.requested) stop(claimed.requested);
  return {
    jobId: job.id,
    memoryBytes: claimed.memoryBytes,
    maxThreads: training.maxThreads,
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
      .catch((error) => log.error({ err: error }, 'the failure of the job could not be written; retrying'))
      .finally(() => {
        clearTimeout(deadline);
        left.resolve();
      }),
  };
}

/** The training of a job: of a single network, or of an ensemble. */
interface Training {
  readonly job: TrainedJob;
  readonly control: Pick<Control, 'end' | 'setThreads' | 'requestCheckpoint'>;
  maxThreads(): number;
  /** Called when the training of a network begins. */
  setPlan(plan: RunPlan): void;
  train(deps: EnsembleRunDeps, signals: RunSignals): Promise<FinishedTraining>;
}

function trainingOf(claimed: ClaimedJob): Training {
  const { id, project, name, datasetId } = claimed;
  const spec = readJobHyperparameters(claimed.request);
  const common = {
    ...{ id, project, name, datasetId, warnings: fromJson<readonly Warning[]>(claimed.warnings) },
    isRepeated: claimed.attempts > 1 || claimed.suspectAt !== null,
  };
  if (isEnsemble(spec)) {
    const control = createEnsembleControl();
    const job = { ...common, spec };
    const train: Training['train'] = (deps, signals) => trainEnsemble(deps, job, control, signals);
    return { job, control, train, maxThreads: control.maxThreads, setPlan() {} };
  }
  const control = createControl();
  const job = {
    ...{ ...common, spec },
    // The column was written from this type.
    stopRule: fromNullableJson<StopRule>(claimed.stopRule),
    hasCheckpoint: claimed.hasCheckpoint === 1,
    extendable: claimed.trial === null,
  };
  let maxThreads = 1;
  return {
    job,
    control,
    maxThreads: () => maxThreads,
    setPlan(plan) {
      maxThreads = plan.maxThreads;
    },
    train: (deps, signals) => trainOnThread(deps, job, control, signals),
  };
}
