import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { EpochMeasures } from '../report.ts';
import { costOf, type Monitor } from '../schemas/monitors.ts';
import type { TrainingSettings } from '../schemas/training.ts';

interface Verdict {
  /** The best epoch so far. */
  readonly best: boolean;
  /** Whether too many epochs had no improvement. */
  readonly stop: boolean;
}

export interface EarlyStopping {
  judge(epoch: EpochMeasures): Verdict;
  /** The state to resume from. */
  state(): EarlyStoppingState;
}

export type EarlyStoppingState = Checkpoint['earlyStopping'];

const INITIAL_STATE: EarlyStoppingState = { best: null, mark: null, epochsWithout: 0 };

/**
 * Observes the epochs. With `settings` null, the best epoch is still tracked, and nothing stops.
 */
export function createEarlyStopping(
  settings: TrainingSettings['earlyStopping'],
  state: EarlyStoppingState = INITIAL_STATE,
): EarlyStopping {
  const { metric = 'validationLoss', patience = Number.POSITIVE_INFINITY, minDelta = 0 } = settings ?? {};
  // `best` selects the parameters of the model; an epoch must beat `mark` by `minDelta` to be an
  // improvement.
  let [best, mark] = [state.best ?? Number.POSITIVE_INFINITY, state.mark ?? Number.POSITIVE_INFINITY];
  let { epochsWithout } = state;
  return {
    judge(measures) {
      const cost = epochCost(measures, metric);
      const improved = cost < mark - minDelta;
      epochsWithout = improved ? 0 : epochsWithout + 1;
      if (improved) mark = cost;
      // The first epoch is the best so far, whatever its cost.
      const isBest = cost < best || measures.epoch === 1;
      if (isBest) best = cost;
      return { best: isBest, stop: epochsWithout >= patience };
    },
    state: () => ({ best: finiteOrNull(best), mark: finiteOrNull(mark), epochsWithout }),
  };
}

/**
 * The cost of an epoch, lower is better: the monitored metric of the validation rows, or the
 * training loss without any.
 */
export function epochCost(
  { trainingLoss, validationLoss, metrics }: Pick<EpochMeasures, 'trainingLoss' | 'validationLoss' | 'metrics'>,
  metric: Monitor,
): number {
  if (validationLoss === null) return trainingLoss;
  if (metric === 'validationLoss') return validationLoss;
  const value = metrics[metric] ?? null;
  return value === null ? Number.POSITIVE_INFINITY : costOf(metric, value);
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
