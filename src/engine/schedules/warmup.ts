/**
 * How many steps of `steps` the warm-up takes; `warmup` is a share of the training from 0 to 1.
 * Throws RangeError when it is not.
 */
export function warmupSteps(warmup: number, steps: number): number {
  if (!(warmup >= 0 && warmup <= 1)) throw new RangeError(`warmup must lie between 0 and 1, not ${warmup}`);
  return Math.round(warmup * steps);
}

/** The factor of the rate during a warm-up: a straight line that reaches 1 at its last step (Goyal et al. 2017). */
export function warmupFactor(step: number, stepsOfWarmup: number): number {
  return step < stepsOfWarmup ? (step + 1) / stepsOfWarmup : 1;
}
