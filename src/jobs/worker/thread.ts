/** What a thread of the pool runs: one job at a time, from the dataset's file to the outcome. */
import { workerData } from 'node:worker_threads';
import { ServiceError } from '../../kit/errors.ts';
import { encodeCheckpoint } from '../../training/checkpoint/encoding.ts';
import { LossDivergedError } from '../../training/diverged.ts';
import { chooseKernels } from '../../training/kernels.ts';
import { train } from '../../training/train.ts';
import { type Failure, INTERNAL_ERROR, isOutOfMemory, OUT_OF_MEMORY } from '../failures.ts';
import { selectColumns } from './columns.ts';
import { createControl } from './control.ts';
import { createMail } from './mail.ts';
import { beNice, THREAD_NICENESS } from './priorities.ts';
import { createTableReader } from './tableReader.ts';
import type { ThreadResult, ThreadSetup, ThreadTask } from './threadTask.ts';

beNice(THREAD_NICENESS);
// A thread counts as started when this module is loaded, so all that takes time is made ready here, before the first job comes.
const { kernels }: ThreadSetup = workerData;
const { createKernels, description } = chooseKernels(kernels);
const tableReader = createTableReader();

/** Whoever can call it has loaded all of the above. */
export function warmUp(): void {}

/** Trains one job; what its process gets to know of an error is in the result, so a thrown one is a crash. */
export async function runTask(task: ThreadTask): Promise<ThreadResult> {
  const { spec, file, columns, checkpoint, halt, extendable, control, port } = task;
  const mail = createMail(port);
  let interrupted: ThreadResult = { kind: 'stopped' };
  try {
    const table = selectColumns(await tableReader.read(file), columns);
    const outcome = train({
      table,
      spec,
      createKernels,
      checkpoint,
      halt,
      control: createControl(control),
      clock: Date.now,
      onStart: (plan) => mail.started(plan, description),
      onEpoch: mail.epoch,
      onCheckpoint(made) {
        const { step, epoch, finished } = made;
        if (finished && !extendable) return;
        mail.checkpoint({ step, epoch, finished, bytes: encodeCheckpoint(made, spec) });
      },
      onHalt() {
        interrupted = { kind: 'halted' };
      },
    });
    return outcome ? { kind: 'trained', outcome } : interrupted;
  } catch (error) {
    return { kind: 'failed', failure: failureOf(error), error };
  } finally {
    mail.close();
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof LossDivergedError) return { code: error.code, message: error.message };
  if (error instanceof ServiceError && error.code === 'invalid_spec')
    return { code: error.code, message: inFull(error) };
  return isOutOfMemory(error) ? OUT_OF_MEMORY : INTERNAL_ERROR;
}

/** A failed job has no list of mistakes, so its message says them all. */
function inFull({ message, errors }: ServiceError): string {
  return errors.length > 0 ? errors.map((mistake) => mistake.message).join(' ') : message;
}
