import type { Clock } from '../../kit/clock.ts';
import type { RunPlan } from '../../training/report.ts';

export interface Progress {
  /** Epochs that are done. */
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  /** 0 to 1. */
  readonly fraction: number;
  readonly rowsPerSecond: number;
  /** Null before the pace is known. */
  readonly etaSeconds: number | null;
}

/** The pace of the last seconds counts: other jobs come and go. */
const SMOOTHING_MS = 5_000;

/** Answers how far a run is, given its epochs and steps so far; it measures the pace from one question to the next. */
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
