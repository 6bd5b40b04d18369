import { define } from '../options.ts';
import { type ScheduleContext, scheduleOf } from './schedule.ts';

/** PyTorch's pct_start, div_factor and final_div_factor. */
const DEFAULTS = { warmup: 0.3, initialDivisor: 25, finalDivisor: 1e4 };

/**
 * Up along half a cosine to the optimizer's rate, then down to almost nothing (Smith and Topin 2018):
 * torch.optim.lr_scheduler.OneCycleLR with its default two phases; the momentum stays.
 */
export const oneCycle = define(DEFAULTS, ({ warmup, initialDivisor, finalDivisor }) => {
  if (!(warmup > 0 && warmup < 1)) throw new RangeError(`oneCycle's warmup must lie between 0 and 1, not ${warmup}`);
  return ({ learningRate, steps }: ScheduleContext) => {
    const initial = learningRate / initialDivisor;
    const peak = warmup * steps - 1;
    return scheduleOf((step) =>
      step <= peak
        ? halfCosine(initial, learningRate, step / Math.max(1, peak))
        : halfCosine(learningRate, initial / finalDivisor, (step - peak) / Math.max(1, steps - 1 - peak)),
    );
  };
});

/** From `start` to `end` as `done` goes from 0 to 1. */
function halfCosine(start: number, end: number, done: number): number {
  return end + ((start - end) * (1 + Math.cos(Math.PI * Math.min(1, done)))) / 2;
}
