import { define } from '../options.ts';
import { type ScheduleContext, scheduleOf } from './schedule.ts';
import { warmupFactor, warmupSteps } from './warmup.ts';

/** `minimum` is a learning rate. */
const DEFAULTS = { minimum: 0, warmup: 0 };

/** Half a cosine from the rate down to `minimum`, after the warm-up: torch.optim.lr_scheduler.CosineAnnealingLR, step by step. */
export const cosine = define(DEFAULTS, ({ minimum, warmup }) => ({ learningRate, steps }: ScheduleContext) => {
  const stepsOfWarmup = warmupSteps(warmup, steps);
  const stepsOfFall = Math.max(1, steps - stepsOfWarmup);
  return scheduleOf((step) => {
    if (step < stepsOfWarmup) return learningRate * warmupFactor(step, stepsOfWarmup);
    const done = Math.min(1, (step - stepsOfWarmup) / stepsOfFall);
    return minimum + ((learningRate - minimum) * (1 + Math.cos(Math.PI * done))) / 2;
  });
});
