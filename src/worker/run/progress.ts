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
  let last = { step: done.steps, at: clock() };
  let stepsPerMs = 0;

  const measure = (step: number) => {
    const now = clock();
    const elapsed = now - last.at;
    if (elapsed <= 0) return;
    const recent = (step - last.step) / elapsed;
    const weight = stepsPerMs === 0 ? 1 : 1 - Math.exp(-elapsed / SMOOTHING_MS);
    stepsPerMs += weight * (recent - stepsPerMs);
    last = { step, at: now };
  };

  return (epoch, step) => {
    measure(step);
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

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
