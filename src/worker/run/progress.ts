import type { Clock } from '../../kit/clock.ts';
import type { RunPlan } from '../../training/report.ts';

export interface Progress {
  /** Complete epochs. */
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  /** 0 to 1. */
  readonly fraction: number;
  readonly rowsPerSecond: number;
  /** Null before the throughput is known. */
  readonly etaSeconds: number | null;
}

/**
 * Time constant of the average: only the last seconds count, because the load of other jobs
 * changes.
 */
const SMOOTHING_MS = 5_000;

/**
 * Returns a function that computes the progress of a run from its complete epochs and steps. The
 * throughput is measured between its calls.
 */
export function createProgress(
  { epochs, stepsPerEpoch, rowsPerEpoch, done }: RunPlan,
  clock: Clock,
): (epoch: number, step: number) => Progress {
  const steps = epochs * stepsPerEpoch;
  const rateAt = createRate(done.steps, clock);
  return (epoch, step) => {
    const stepsPerMs = rateAt(step);
    return {
      epoch,
      epochs,
      step,
      fraction: round(step / steps, 4),
      rowsPerSecond: Math.round((stepsPerMs * 1000 * rowsPerEpoch) / stepsPerEpoch),
      etaSeconds: stepsPerMs === 0 ? null : round((steps - step) / stepsPerMs / 1000, 1),
    };
  };
}

/**
 * Returns a function that computes how much a value recently grew in a millisecond, from its
 * current value; 0 before that is known.
 */
export function createRate(start: number, clock: Clock): (value: number) => number {
  let last = { value: start, at: clock() };
  let rate = 0;
  return (value) => {
    const now = clock();
    const elapsed = now - last.at;
    if (elapsed <= 0) return rate;
    const recent = (value - last.value) / elapsed;
    const weight = rate === 0 ? 1 : 1 - Math.exp(-elapsed / SMOOTHING_MS);
    rate += weight * (recent - rate);
    last = { value, at: now };
    return rate;
  };
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
