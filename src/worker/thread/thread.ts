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
import { encodeCheckpoint } from '../../training/checkpoint/encoding.ts';
import { LossDivergedError } from '../../training/loop/diverged.ts';
import { trainPrepared } from '../../training/loop/train.ts';
import { type Prepared, prepare } from '../../training/prepare.ts';
import { pickColumns } from './columns.ts';
import { createControl } from './control.ts';
import { setNiceness, THREAD_NICENESS } from './priorities.ts';
import { createTableReader } from './tableReader.ts';
import { createThreadReporter, type ThreadReporter } from './threadReporter.ts';
import type { ThreadResult, ThreadSetup, ThreadTask } from './threadTask.ts';

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
export async function runTask(task: ThreadTask): Promise<ThreadResult> {
  const { spec, checkpoint, stopRule, extendable, control, port } = task;
  // Frees the memory of earlier trainings: that needs a turn of the event loop, and the pool runs
  // tasks without one.
  await setImmediate();
  const reporter = createThreadReporter(port);
  let interrupted: ThreadResult = { kind: 'stopped' };
  try {
    const outcome = trainPrepared(task.prepared ?? (await prepareFor(task, reporter)), {
      spec,
      createKernels,
      checkpoint,
      stopRule,
      control: createControl(control),
      clock: Date.now,
      onStart: (plan) => reporter.started(plan, description),
      onEpoch: reporter.epoch,
      onCheckpoint(made) {
        const { step, epoch, finished } = made;
        if (finished && !extendable) return;
        reporter.checkpoint({ step, epoch, finished, bytes: encodeCheckpoint(made, spec) });
      },
      onStopRule() {
        interrupted = { kind: 'halted' };
      },
    });
    return outcome ? { kind: 'trained', outcome } : interrupted;
  } catch (error) {
    return { kind: 'failed', failure: failureOf(error), error };
  } finally {
    reporter.close();
  }
}

/**
 * Prepares the data of the training and reports it, so that other jobs with the same data can share
 * it.
 */
async function prepareFor({ file, columns, spec }: ThreadTask, reporter: ThreadReporter): Promise<Prepared> {
  const table = pickColumns(await tableReader.read(file), columns);
  const prepared = prepare(table, spec, (bytes) => new SharedArrayBuffer(bytes));
  reporter.prepared(prepared);
  return prepared;
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
