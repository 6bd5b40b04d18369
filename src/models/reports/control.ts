/** Memory that the thread of a report shares with its process. */
export interface ReportControl {
  readonly buffer: SharedArrayBuffer;
  /** Asks the thread to stop. */
  stop(): void;
  isStopped(): boolean;
  setFraction(fraction: number): void;
  /** The share of the work that is done. */
  fraction(): number;
}

const STOP = 0;
const DONE = 1;
const SLOTS = 2;
/** `fraction` is stored as an integer. */
const UNITS = 1e6;

/** A control in the given memory, that of a control in another thread, or in new memory. */
export function createReportControl(
  buffer = new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT),
): ReportControl {
  const shared = new Int32Array(buffer);
  return {
    buffer,
    stop: () => void Atomics.store(shared, STOP, 1),
    isStopped: () => Atomics.load(shared, STOP) === 1,
    setFraction: (fraction) => void Atomics.store(shared, DONE, Math.floor(fraction * UNITS)),
    fraction: () => Atomics.load(shared, DONE) / UNITS,
  };
}

/** Thrown in the thread when its report was asked to stop. */
export class ReportStoppedError extends Error {}
