import { define, numberOption } from '../options.ts';
import { EPOCHS, GAMMA, WARMUP } from './ranges.ts';
import { type ScheduleContext, scheduleOf } from './schedule.ts';
import { warmupFactor, warmupSteps } from './warmup.ts';

const OPTIONS = {
  stepSize: numberOption(10, { ...EPOCHS, description: 'Epochs between two drops of the rate.' }),
  gamma: numberOption(0.1, GAMMA),
  warmup: numberOption(0, WARMUP),
};

/** Multiplies the rate by gamma after every `stepSize` epochs: torch.optim.lr_scheduler.StepLR. */
export const step = define(
  OPTIONS,
  ({ stepSize, gamma, warmup }) =>
    ({ learningRate, steps, stepsPerEpoch }: ScheduleContext) => {
      const stepsOfWarmup = warmupSteps(warmup, steps);
      return scheduleOf((step) => {
        const drops = Math.floor(Math.floor(step / stepsPerEpoch) / stepSize);
        return learningRate * gamma ** drops * warmupFactor(step, stepsOfWarmup);
      });
    },
);
