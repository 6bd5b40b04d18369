/** A thread that does not train: the name of the job selects the script that it runs. */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { INTERNAL_ERROR } from '../../../src/jobs/failures.ts';
import type { Outcome } from '../../../src/training/outcome.ts';
import { createControl } from '../../../src/worker/thread/control.ts';
import type { ThreadResult, ThreadTask } from '../../../src/worker/thread/threadTask.ts';
import { SPLIT } from '../../support/split.ts';

const EPOCHS = 3;
const STEPS_PER_EPOCH = 2;
const DONE = { epochs: 0, steps: 0 };

const OUTCOME: Outcome = {
  features: { version: 1, columns: [] },
  target: { kind: 'classes', column: 'species', classes: ['a', 'b', 'c'] },
  embedding: null,
  layers: [],
  loss: { type: 'crossEntropy' },
  parameters: [],
  metrics: { training: null, validation: null, test: null },
  split: SPLIT,
  best: { epoch: EPOCHS, validationLoss: 0.1 },
  epochs: EPOCHS,
  warnings: [],
};

type Script = (task: ThreadTask) => ThreadResult | Promise<ThreadResult>;

const SCRIPTS: Readonly<Record<string, Script>> = {
  'ends its thread': () => process.exit(3),
  throws: () => {
    throw new Error('SELECT secret FROM /var/lib/data');
  },
  fails: () => ({ kind: 'failed', failure: INTERNAL_ERROR, error: new Error('a failure of the script') }),
  'fills its heap': () => {
    // Small objects: V8 ends the whole process, not the thread, when one object far exceeds the
    // limit.
    let filled: object = {};
    for (;;) filled = { filled };
  },
  'never ends': untilStopped,
  'ignores requests': ({ port }) => {
    port.postMessage({ kind: 'started', plan: endlessPlan(1), kernels: 'none' });
    port.postMessage({ kind: 'epochs', reports: [reportOf(1)] });
    for (;;);
  },
  'writes checkpoints': writeCheckpoints,
  'fails after its last checkpoint': ({ port }) => {
    const checkpoint = { step: 1, epoch: 2, finished: true, bytes: new Uint8Array(64) };
    port.postMessage({ kind: 'checkpoint', checkpoint });
    return { kind: 'failed', failure: INTERNAL_ERROR };
  },
  'can use three cores': reportThreads,
  'kills its process': killProcess,
  'waits to be killed once': waitOnce,
};

export function warmUp(): void {}

export async function runTask(task: ThreadTask): Promise<ThreadResult> {
  const script = SCRIPTS['name' in task.spec ? String(task.spec.name) : ''];
  return script ? script(task) : trainAll(task);
}

function trainAll({ port, control }: ThreadTask): ThreadResult {
  const plan = { epochs: EPOCHS, stepsPerEpoch: STEPS_PER_EPOCH, rowsPerEpoch: 100, maxThreads: 1, done: DONE };
  port.postMessage({ kind: 'started', plan, kernels: 'none' });
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    createControl(control).setStep(epoch * STEPS_PER_EPOCH);
    port.postMessage({ kind: 'epochs', reports: [reportOf(epoch)] });
  }
  return { kind: 'trained', outcome: OUTCOME };
}

async function untilStopped({ port, control }: ThreadTask): Promise<ThreadResult> {
  const shared = createControl(control);
  port.postMessage({ kind: 'started', plan: endlessPlan(1), kernels: 'none' });
  port.postMessage({ kind: 'epochs', reports: [reportOf(1)] });
  while (shared.stopRequest() === null) await new Promise((resolve) => setImmediate(resolve));
  return { kind: 'stopped' };
}

/** Written by the job that waits to be killed, next to the file of its dataset. */
const waitingFile = ({ file }: ThreadTask) => join(dirname(file), 'waiting');

/** Kills the process once the job that waits to be killed has run, and at every later attempt. */
async function killProcess(task: ThreadTask): Promise<never> {
  task.port.postMessage({ kind: 'started', plan: endlessPlan(1), kernels: 'none' });
  while (!existsSync(waitingFile(task))) await new Promise((resolve) => setImmediate(resolve));
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
}

/** Runs until its process dies. The next attempt runs to its end. */
function waitOnce(task: ThreadTask): ThreadResult | Promise<ThreadResult> {
  if (existsSync(waitingFile(task))) return trainAll(task);
  writeFileSync(waitingFile(task), '');
  return untilStopped(task);
}

/** Reports a checkpoint, with arbitrary bytes, at each request. */
async function writeCheckpoints({ port, control }: ThreadTask): Promise<ThreadResult> {
  const shared = createControl(control);
  port.postMessage({ kind: 'started', plan: endlessPlan(1), kernels: 'none' });
  for (let step = 1; shared.stopRequest() === null; step++) {
    const checkpoint = { step, epoch: 1, finished: false, bytes: new Uint8Array(64) };
    if (shared.consumeCheckpointRequest()) port.postMessage({ kind: 'checkpoint', checkpoint });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { kind: 'stopped' };
}

/** Reports an epoch whenever its number of threads changes. */
async function reportThreads({ port, control }: ThreadTask): Promise<ThreadResult> {
  const shared = createControl(control);
  port.postMessage({ kind: 'started', plan: endlessPlan(3), kernels: 'none' });
  for (let epoch = 0, reported = 0; shared.stopRequest() === null; ) {
    const threads = shared.threads();
    if (threads !== reported) {
      reported = threads;
      epoch += 1;
      port.postMessage({ kind: 'epochs', reports: [{ ...reportOf(epoch), metrics: { threads } }] });
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { kind: 'stopped' };
}

function endlessPlan(maxThreads: number) {
  return { epochs: 1000, stepsPerEpoch: 1, rowsPerEpoch: 100, maxThreads, done: DONE };
}

function reportOf(epoch: number) {
  return {
    epoch,
    epochs: EPOCHS,
    step: epoch * STEPS_PER_EPOCH,
    trainingLoss: 1 / epoch,
    validationLoss: 1.1 / epoch,
    metrics: { accuracy: 1 - 0.5 / epoch },
    learningRate: 0.001,
    seconds: 0.01,
    rowsPerSecond: 10_000,
    isBest: true,
  };
}
