import { type RunControl, STOP_REQUESTS, type StopRequest } from '../../training/loop/runControl.ts';

/**
 * Memory that a running thread shares with its process: the process writes requests, the thread
 * writes its step.
 */
export interface Control extends RunControl {
  readonly buffer: SharedArrayBuffer;
  setThreads(count: number): void;
  /** Requests a stop. The first request counts, except that `cancel` always counts. */
  end(how: StopRequest): void;
  /** Requests a checkpoint at the next step. */
  requestCheckpoint(): void;
  /** The last complete step of the training. */
  step(): number;
}

const ENDING = 0;
const CHECKPOINT = 1;
const STEP = 2;
const THREADS = 3;
const SLOTS = 4;

/** A control in the given memory, that of a control in another thread, or in new memory. */
export function createControl(buffer = new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT)): Control {
  const shared = new Int32Array(buffer);
  return {
    buffer,
    end(how) {
      const value = STOP_REQUESTS.indexOf(how) + 1;
      if (how === 'cancel') Atomics.store(shared, ENDING, value);
      else Atomics.compareExchange(shared, ENDING, 0, value);
    },
    stopRequest: () => STOP_REQUESTS[Atomics.load(shared, ENDING) - 1] ?? null,
    requestCheckpoint: () => void Atomics.store(shared, CHECKPOINT, 1),
    consumeCheckpointRequest: () =>
      Atomics.load(shared, CHECKPOINT) === 1 && Atomics.exchange(shared, CHECKPOINT, 0) === 1,
    setThreads: (count) => void Atomics.store(shared, THREADS, count),
    // The memory starts as 0: one thread until `setThreads` is called.
    threads: () => Math.max(1, Atomics.load(shared, THREADS)),
    setStep: (step) => void Atomics.store(shared, STEP, step),
    step: () => Atomics.load(shared, STEP),
  };
}
