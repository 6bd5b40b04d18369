import { define, numberOption } from '../options.ts';
import { MINIMUM, WARMUP } from './ranges.ts';
import { type ScheduleContext, scheduleOf } from './schedule.ts';
import { warmupFactor, warmupSteps } from './warmup.ts';

const OPTIONS = { minimum: numberOption(0, MINIMUM), warmup: numberOption(0, WARMUP) };

/**
 * Half a cosine from the optimizer's rate down to `minimum`, after the warm-up:
 * torch.optim.lr_scheduler.CosineAnnealingLR, step by step.
 */
export const cosine = define(OPTIONS, ({ minimum, warmup }) => ({ learningRate, steps }: ScheduleContext) => {
  const stepsOfWarmup = warmupSteps(warmup, steps);
  const stepsOfFall = Math.max(1, steps - stepsOfWarmup);
  return scheduleOf((step) => {
    if (step < stepsOfWarmup) return learningRate * warmupFactor(step, stepsOfWarmup);
    const done = Math.min(1, (step - stepsOfWarmup) / stepsOfFall);
    return minimum + ((learningRate - minimum) * (1 + Math.cos(Math.PI * done))) / 2;
  });
});
