import { define } from '../options.ts';
import { type ScheduleContext, scheduleOf } from './schedule.ts';
import { warmupFactor, warmupSteps } from './warmup.ts';

/** The rate times gamma after every epoch: torch.optim.lr_scheduler.ExponentialLR. */
export const exponential = define(
  { gamma: 0.95, warmup: 0 },
  ({ gamma, warmup }) =>
    ({ learningRate, steps, stepsPerEpoch }: ScheduleContext) => {
      const stepsOfWarmup = warmupSteps(warmup, steps);
      return scheduleOf((step) => {
        const epoch = Math.floor(step / stepsPerEpoch);
        return learningRate * gamma ** epoch * warmupFactor(step, stepsOfWarmup);
      });
    },
);
