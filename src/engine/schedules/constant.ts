import { define } from '../options.ts';
import { type ScheduleContext, scheduleOf } from './schedule.ts';
import { warmupFactor, warmupSteps } from './warmup.ts';

/** The optimizer's rate throughout. */
export const constant = define({ warmup: 0 }, ({ warmup }) => ({ learningRate, steps }: ScheduleContext) => {
  const stepsOfWarmup = warmupSteps(warmup, steps);
  return scheduleOf((step) => learningRate * warmupFactor(step, stepsOfWarmup));
});
