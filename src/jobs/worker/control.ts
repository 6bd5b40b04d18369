import type { RunControl } from '../../training/epochs.ts';

/** What a running thread and its process share: the process asks it to stop, the thread says how far it is. */
export interface Control extends RunControl {
  readonly buffer: SharedArrayBuffer;
  requestStop(): void;
  /** Steps since the run began. */
  step(): number;
}

const STOP = 0;
const STEP = 1;

/** Over the memory of another thread's control, or new memory. */
export function createControl(buffer = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)): Control {
  const shared = new Int32Array(buffer);
  return {
    buffer,
    requestStop: () => void Atomics.store(shared, STOP, 1),
    stopRequested: () => Atomics.load(shared, STOP) === 1,
    setStep: (step) => void Atomics.store(shared, STEP, step),
    step: () => Atomics.load(shared, STEP),
  };
}
