import { define, numberOption } from '../options.ts';
import { WARMUP } from './ranges.ts';
import { type ScheduleContext, scheduleOf } from './schedule.ts';

/** PyTorch's pct_start, div_factor and final_div_factor, with its defaults. */
const OPTIONS = {
  warmup: numberOption(0.3, { above: 0, below: 1, description: WARMUP.description }),
  initialDivisor: numberOption(25, { min: 1, max: 1e9, description: 'The highest rate divided by the first.' }),
  finalDivisor: numberOption(1e4, { min: 1, max: 1e12, description: 'The first rate divided by the last.' }),
};

/**
 * Half a cosine up to the optimizer's rate, then one down to almost 0 (Smith and Topin 2018):
 * torch.optim.lr_scheduler.OneCycleLR with its default of two phases and a constant momentum.
 */
export const oneCycle = define(
  OPTIONS,
  ({ warmup, initialDivisor, finalDivisor }) =>
    ({ learningRate, steps }: ScheduleContext) => {
      const initial = learningRate / initialDivisor;
      const peak = warmup * steps - 1;
      return scheduleOf((step) =>
        step <= peak
          ? halfCosine(initial, learningRate, step / Math.max(1, peak))
          : halfCosine(learningRate, initial / finalDivisor, (step - peak) / Math.max(1, steps - 1 - peak)),
      );
    },
);

/** Goes from `start` to `end` as `done` goes from 0 to 1. */
function halfCosine(start: number, end: number, done: number): number {
  return end + ((start - end) * (1 + Math.cos(Math.PI * Math.min(1, done)))) / 2;
}
