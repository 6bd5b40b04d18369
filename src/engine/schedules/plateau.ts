import { define } from '../options.ts';
import type { Schedule, ScheduleContext } from './schedule.ts';
import { warmupFactor, warmupSteps } from './warmup.ts';

/** `patience` and `cooldown` are in epochs, `threshold` is relative, `minimum` is a learning rate. */
const DEFAULTS = { factor: 0.1, patience: 10, threshold: 1e-4, cooldown: 0, minimum: 0, warmup: 0 };

/** The rate times `factor` when the loss has stopped falling: torch.optim.lr_scheduler.ReduceLROnPlateau. */
export const plateau = define(DEFAULTS, (options) => (context: ScheduleContext): Schedule => {
  const { factor, patience, threshold, cooldown, minimum, warmup } = options;
  const stepsOfWarmup = warmupSteps(warmup, context.steps);
  let rate = context.learningRate;
  let best = Number.MAX_VALUE;
  let badEpochs = 0;
  let coolingEpochs = 0;

  function observe(loss: number): void {
    const better = loss < best - Math.abs(best) * threshold;
    if (better) best = loss;
    badEpochs = better ? 0 : badEpochs + 1;
    if (coolingEpochs > 0) {
      coolingEpochs--;
      badEpochs = 0;
    }
    if (badEpochs > patience) {
      rate = Math.max(rate * factor, minimum);
      coolingEpochs = cooldown;
      badEpochs = 0;
    }
  }

  return {
    rate: (step) => rate * warmupFactor(step, stepsOfWarmup),
    observe,
    state: () => [rate, best, badEpochs, coolingEpochs],
    restore(state) {
      // Four numbers: `state` above is where they come from.
      [rate, best, badEpochs, coolingEpochs] = state as [number, number, number, number];
    },
  };
});
