import { define } from '../options.ts';
import { type ScheduleContext, scheduleOf } from './schedule.ts';
import { warmupFactor, warmupSteps } from './warmup.ts';

/** `stepSize` is in epochs. */
const DEFAULTS = { stepSize: 10, gamma: 0.1, warmup: 0 };

/** The rate times gamma after every `stepSize` epochs: torch.optim.lr_scheduler.StepLR. */
export const step = define(
  DEFAULTS,
  ({ stepSize, gamma, warmup }) =>
    ({ learningRate, steps, stepsPerEpoch }: ScheduleContext) => {
      const stepsOfWarmup = warmupSteps(warmup, steps);
      return scheduleOf((step) => {
        const drops = Math.floor(Math.floor(step / stepsPerEpoch) / stepSize);
        return learningRate * gamma ** drops * warmupFactor(step, stepsOfWarmup);
      });
    },
);
