/**
 * The module of the training threads. A thread runs one job at a time, from the dataset's file to
 * the outcome.
 */
import { setImmediate } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { type Failure, INTERNAL_ERROR, isOutOfMemory, OUT_OF_MEMORY } from '../../jobs/failures.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { chooseKernels } from '../../training/backend/kernels.ts';
import { reuseBackends } from '../../training/backend/reuseBackends.ts';
import type { Checkpoint } from '../../training/checkpoint/checkpoint.ts';
import { encodeCheckpoint } from '../../training/checkpoint/encoding.ts';
import { trainMember } from '../../training/ensemble/member.ts';
import {
  combineSnapshots,
  type SelectionSummary,
  selectSnapshots,
  type TrainedNetwork,
} from '../../training/ensemble/outcome.ts';
import { LossDivergedError } from '../../training/loop/diverged.ts';
import { type TrainOptions, trainPrepared } from '../../training/loop/train.ts';
import { type Prepared, preparationKey, prepare } from '../../training/prepare.ts';
import type { RunPlan } from '../../training/report.ts';
import { pickColumns } from './columns.ts';
import { createControl } from './control.ts';
import { setNiceness, THREAD_NICENESS } from './priorities.ts';
import { createTableReader } from './tableReader.ts';
import { createThreadReporter, type ThreadReporter } from './threadReporter.ts';
import type {
  FailedResult,
  MemberResult,
  SelectionResult,
  SelectionTask,
  SnapshotsOfNetwork,
  ThreadResult,
  ThreadSetup,
  ThreadTask,
  TrainingTask,
} from './threadTask.ts';

setNiceness(THREAD_NICENESS);
// A thread counts as started when this module is loaded. So all slow initialization is done here,
// before the first job.
const { kernels }: ThreadSetup = workerData;
const { createKernels: createNewKernels, description } = chooseKernels(kernels);
const createKernels = reuseBackends(createNewKernels);
const tableReader = createTableReader();

/** Does nothing. A caller gets its result only after this module is loaded. */
export function warmUp(): void {}

/** Trains one job. Failures of the job are in the result, so a thrown error is a crash. */
export function runTask(task: ThreadTask): Promise<ThreadResult> {
  const { stopRule, extendable } = task;
  return runTraining<ThreadResult>(task, (prepared, options, reporter) => {
    let interrupted: ThreadResult = { kind: 'stopped' };
    const outcome = trainPrepared(prepared, {
      ...options,
      stopRule,
      onCheckpoint(made) {
        if (!made.finished || extendable) reporter.checkpoint(encode(made, task));
      },
      onStopRule() {
        interrupted = { kind: 'halted' };
      },
    });
    return outcome ? { kind: 'trained', outcome } : interrupted;
  });
}

/** Trains one network of an ensemble. */
export function runMember(task: TrainingTask): Promise<MemberResult> {
  return runTraining<MemberResult>(task, (prepared, options, reporter) => {
    const result = trainMember(prepared, {
      ...options,
      onCheckpoint: (made) => reporter.checkpoint(encode(made, task)),
      onNetwork: reporter.network,
      onSnapshot: reporter.snapshot,
      allocate: sharedMemory,
    });
    return result ? { kind: 'trained', ...result } : { kind: 'stopped' };
  });
}

/** Scores the snapshots of members, all of which are prepared. */
export async function summarize({ networks, maxSelected }: SelectionTask): Promise<SelectionSummary> {
  return selectSnapshots(await prepareAll(networks), maxSelected);
}

/** Selects among the snapshots of members, and measures the mean of the selected networks. */
export async function select({ networks, maxSelected }: SelectionTask): Promise<SelectionResult> {
  await setImmediate();
  try {
    const outcome = combineSnapshots(await prepareAll(networks), maxSelected, createKernels);
    return { kind: 'selected', outcome };
  } catch (error) {
    return { kind: 'failed', failure: failureOf(error), error };
  }
}

type TableTask = Pick<TrainingTask, 'spec' | 'file' | 'columns'>;
type CommonOptions = Omit<TrainOptions, 'stopRule' | 'onCheckpoint' | 'onStopRule'>;

async function runTraining<Result>(
  task: TrainingTask,
  train: (prepared: Prepared, options: CommonOptions, reporter: ThreadReporter) => Result,
): Promise<Result | FailedResult> {
  // Frees the memory of earlier trainings: that needs a turn of the event loop, and the pool runs
  // tasks without one.
  await setImmediate();
  const reporter = createThreadReporter(task.port);
  const options = {
    ...{ spec: task.spec, checkpoint: task.checkpoint, createKernels },
    control: createControl(task.control),
    clock: Date.now,
    onStart: (plan: RunPlan) => reporter.started(plan, description),
    onEpoch: reporter.epoch,
  };
  try {
    return train(task.prepared ?? (await prepareFor(task, reporter)), options, reporter);
  } catch (error) {
    return { kind: 'failed', failure: failureOf(error), error };
  } finally {
    reporter.close();
  }
}

function encode(made: Checkpoint, { spec }: TrainingTask) {
  const { step, epoch, finished } = made;
  return { step, epoch, finished, bytes: encodeCheckpoint(made, spec) };
}

/** Prepares the data of networks that have none, once for all with the same features. */
async function prepareAll(networks: readonly SnapshotsOfNetwork[]): Promise<readonly TrainedNetwork[]> {
  const known = new Map<string, Prepared>();
  const trained: TrainedNetwork[] = [];
  for (const network of networks) {
    const { file, columns, spec } = network;
    const key = preparationKey(file, columns, spec);
    const prepared = network.prepared ?? known.get(key) ?? (await prepareTable(network));
    known.set(key, prepared);
    trained.push({ ...network, prepared });
  }
  return trained;
}

/**
 * Prepares the data of the training and reports it, so that other jobs with the same data can share
 * it.
 */
async function prepareFor(task: TrainingTask, reporter: ThreadReporter): Promise<Prepared> {
  const prepared = await prepareTable(task);
  reporter.prepared(prepared);
  return prepared;
}

async function prepareTable({ file, columns, spec }: TableTask): Promise<Prepared> {
  return prepare(pickColumns(await tableReader.read(file), columns), spec, sharedMemory);
}

function sharedMemory(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes);
}

function failureOf(error: unknown): Failure {
  if (error instanceof LossDivergedError) return { code: error.code, message: error.message };
  if (error instanceof ServiceError && error.code === 'invalid_spec')
    return { code: error.code, message: joinMessages(error) };
  return isOutOfMemory(error) ? OUT_OF_MEMORY : INTERNAL_ERROR;
}

/** All issues in one message, because the error of a failed job has no list of issues. */
function joinMessages({ message, errors }: ServiceError): string {
  return errors.length > 0 ? errors.map((issue) => issue.message).join(' ') : message;
}
