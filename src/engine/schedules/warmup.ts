/** Steps of the warm-up; `warmup` is a share of the training's `steps`, from 0 to 1. */
export function warmupSteps(warmup: number, steps: number): number {
  return Math.round(warmup * steps);
}

/** The factor of the rate during a warm-up: linear, and 1 at its last step (Goyal et al. 2017). */
export function warmupFactor(step: number, stepsOfWarmup: number): number {
  return step < stepsOfWarmup ? (step + 1) / stepsOfWarmup : 1;
}
