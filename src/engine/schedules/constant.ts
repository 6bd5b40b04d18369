import { define, numberOption } from '../options.ts';
import { WARMUP } from './ranges.ts';
import { type ScheduleContext, scheduleOf } from './schedule.ts';
import { warmupFactor, warmupSteps } from './warmup.ts';

/** The optimizer's rate in every step, after the warm-up. */
export const constant = define(
  { warmup: numberOption(0, WARMUP) },
  ({ warmup }) =>
    ({ learningRate, steps }: ScheduleContext) => {
      const stepsOfWarmup = warmupSteps(warmup, steps);
      return scheduleOf((step) => learningRate * warmupFactor(step, stepsOfWarmup));
    },
);
