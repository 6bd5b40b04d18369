import type { DatasetShape } from '../resolve/shape.ts';
import type { TrainingSpec } from '../schemas/spec.ts';
import { estimateCost } from './cost.ts';

/** The ratio of measured durations to those of `estimateCost`. */
export interface Calibration {
  readonly epochs: number;
  /** The time before and after the epochs. */
  readonly overhead: number;
  /** The number of jobs that were measured. 0: the ratios are 1. */
  readonly jobs: number;
}

/** How fast a machine trains. */
export interface Speed {
  /** Of one job. */
  readonly cores: number;
  readonly calibration: Calibration;
}

export const UNMEASURED: Calibration = { epochs: 1, overhead: 1, jobs: 0 };

/** The time of a job if all networks need all their epochs. */
export interface Duration {
  /** The seconds of all networks together. */
  readonly cpuSeconds: number;
  /** From the start to the model. */
  readonly seconds: number;
  /** The part of `seconds` outside the epochs. */
  readonly secondsAround: number;
}

/** Each network trains on one core, and starts when a core is free, in order. */
export function estimateDuration(
  networks: readonly TrainingSpec[],
  dataset: DatasetShape,
  { cores, calibration }: Speed,
): Duration {
  const costs = networks.map((spec) => estimateCost(spec, dataset));
  const durations = costs.map(
    ({ secondsPerEpoch }, index) => networks[index].training.epochs * secondsPerEpoch * calibration.epochs,
  );
  const secondsAround = Math.max(...costs.map((cost) => cost.secondsAround)) * calibration.overhead;
  return {
    cpuSeconds: durations.reduce((sum, duration) => sum + duration, secondsAround),
    seconds: lastEnd(durations, cores) + secondsAround,
    secondsAround,
  };
}

function lastEnd(durations: readonly number[], cores: number): number {
  const ends = Array<number>(Math.max(1, Math.min(cores, durations.length))).fill(0);
  for (const duration of durations) {
    const first = ends.indexOf(Math.min(...ends));
    ends[first] += duration;
  }
  return Math.max(...ends);
}
