import { type RunControl, STOP_REQUESTS, type StopRequest } from '../../training/loop/runControl.ts';

/** What a running thread and its process share: the process says what it wants, the thread how far it is. */
export interface Control extends RunControl {
  readonly buffer: SharedArrayBuffer;
  setThreads(count: number): void;
  /** The first wish counts, but for `cancel`, which always does. */
  end(how: StopRequest): void;
  /** Wishes for a checkpoint. */
  requestCheckpoint(): void;
  /** Steps since the run began. */
  step(): number;
}

const ENDING = 0;
const CHECKPOINT = 1;
const STEP = 2;
const THREADS = 3;
const SLOTS = 4;

/** Over the memory of another thread's control, or new memory. */
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
    // One, until it is told.
    threads: () => Math.max(1, Atomics.load(shared, THREADS)),
    setStep: (step) => void Atomics.store(shared, STEP, step),
    step: () => Atomics.load(shared, STEP),
  };
}
