import { define, numberOption } from '../options.ts';
import { EPOCHS, MINIMUM, WARMUP } from './ranges.ts';
import type { Schedule, ScheduleContext } from './schedule.ts';
import { warmupFactor, warmupSteps } from './warmup.ts';

const OPTIONS = {
  factor: numberOption(0.1, { above: 0, below: 1, description: 'The factor of a drop.' }),
  patience: numberOption(10, { ...EPOCHS, description: 'Epochs without improvement before a drop.' }),
  threshold: numberOption(1e-4, {
    min: 0,
    below: 1,
    description: 'The smallest relative fall of the loss that counts as an improvement.',
  }),
  cooldown: numberOption(0, { ...EPOCHS, min: 0, description: 'Epochs without another drop after a drop.' }),
  minimum: numberOption(0, MINIMUM),
  warmup: numberOption(0, WARMUP),
};

/**
 * Multiplies the rate by `factor` when the loss has stopped falling:
 * torch.optim.lr_scheduler.ReduceLROnPlateau.
 */
export const plateau = define(OPTIONS, (options) => (context: ScheduleContext): Schedule => {
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
      // The four numbers that `state` returned.
      [rate, best, badEpochs, coolingEpochs] = state as [number, number, number, number];
    },
  };
});
