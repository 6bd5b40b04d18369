import { define, numberOption } from '../options.ts';
import { GAMMA, WARMUP } from './ranges.ts';
import { type ScheduleContext, scheduleOf } from './schedule.ts';
import { warmupFactor, warmupSteps } from './warmup.ts';

const OPTIONS = { gamma: numberOption(0.95, GAMMA), warmup: numberOption(0, WARMUP) };

/** Multiplies the rate by gamma after every epoch: torch.optim.lr_scheduler.ExponentialLR. */
export const exponential = define(
  OPTIONS,
  ({ gamma, warmup }) =>
    ({ learningRate, steps, stepsPerEpoch }: ScheduleContext) => {
      const stepsOfWarmup = warmupSteps(warmup, steps);
      return scheduleOf((step) => {
        const epoch = Math.floor(step / stepsPerEpoch);
        return learningRate * gamma ** epoch * warmupFactor(step, stepsOfWarmup);
      });
    },
);
