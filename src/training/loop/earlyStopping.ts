import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { costOf, type Monitor } from '../monitors.ts';
import type { EpochMeasures } from '../report.ts';
import type { TrainingSettings } from '../schemas/training.ts';

interface Verdict {
  /** The best epoch so far. */
  readonly best: boolean;
  /** Too many epochs without improvement. */
  readonly stop: boolean;
}

export interface EarlyStopping {
  judge(epoch: EpochMeasures): Verdict;
  /** What another one goes on from. */
  state(): EarlyStoppingState;
}

export type EarlyStoppingState = Checkpoint['earlyStopping'];

const INITIAL_STATE: EarlyStoppingState = { best: null, mark: null, epochsWithout: 0 };

/** Watches the epochs; `settings` null: the best epoch is still known, and nothing stops. */
export function createEarlyStopping(
  settings: TrainingSettings['earlyStopping'],
  state: EarlyStoppingState = INITIAL_STATE,
): EarlyStopping {
  const { metric = 'validationLoss', patience = Number.POSITIVE_INFINITY, minDelta = 0 } = settings ?? {};
  // `best` chooses the parameters to keep, `mark` is what an epoch must beat by `minDelta` to be an
  // improvement.
  let [best, mark] = [state.best ?? Number.POSITIVE_INFINITY, state.mark ?? Number.POSITIVE_INFINITY];
  let { epochsWithout } = state;
  return {
    judge(measures) {
      const cost = epochCost(measures, metric);
      const improved = cost < mark - minDelta;
      epochsWithout = improved ? 0 : epochsWithout + 1;
      if (improved) mark = cost;
      // The first epoch is the best so far, whatever it measures.
      const isBest = cost < best || measures.epoch === 1;
      if (isBest) best = cost;
      return { best: isBest, stop: epochsWithout >= patience };
    },
    state: () => ({ best: finiteOrNull(best), mark: finiteOrNull(mark), epochsWithout }),
  };
}

/**
 * What the epoch is judged by, the smaller the better; without validation rows by the training
 * loss.
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
