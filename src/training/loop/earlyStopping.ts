import type { Warning } from '../../kit/warning.ts';
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

type CostMeasures = Pick<EpochMeasures, 'epoch' | 'trainingLoss' | 'validationLoss' | 'metrics'>;

export interface EarlyStopping {
  judge(epoch: CostMeasures): Verdict;
  /** Whether the metric was missing in an epoch. */
  warnings(): readonly Warning[];
  /** The state to resume from. */
  state(): EarlyStoppingState;
}

export type EarlyStoppingState = Checkpoint['earlyStopping'];

const INITIAL_STATE: EarlyStoppingState = { best: null, mark: null, epochsWithout: 0, bestLoss: null, byLoss: false };

/**
 * Observes the epochs. With `settings` null, the best epoch is still tracked, and nothing stops.
 * The validation loss replaces a metric from the first epoch without it: the area under the ROC
 * curve of validation rows of one class is never measured, so no epoch would be an improvement.
 */
export function createEarlyStopping(
  settings: TrainingSettings['earlyStopping'],
  state: EarlyStoppingState = INITIAL_STATE,
): EarlyStopping {
  const { metric = 'validationLoss', patience = Number.POSITIVE_INFINITY, minDelta = 0 } = settings ?? {};
  // `best` selects the parameters of the model; an epoch must beat `mark` by `minDelta` to be an
  // improvement.
  let [best, mark] = [state.best ?? Number.POSITIVE_INFINITY, state.mark ?? Number.POSITIVE_INFINITY];
  let { epochsWithout, byLoss } = state;
  // The validation loss of the best epoch, which later epochs are compared to without the metric.
  let bestLoss = state.bestLoss ?? Number.POSITIVE_INFINITY;
  return {
    judge(measures) {
      if (!byLoss && isUnmeasured(measures, metric)) {
        byLoss = true;
        [best, mark] = [bestLoss, bestLoss];
      }
      const cost = epochCost(measures, byLoss ? 'validationLoss' : metric);
      const improved = cost < mark - minDelta;
      epochsWithout = improved ? 0 : epochsWithout + 1;
      if (improved) mark = cost;
      // The first epoch is the best so far, whatever its cost.
      const isBest = cost < best || measures.epoch === 1;
      if (isBest) [best, bestLoss] = [cost, measures.validationLoss ?? Number.POSITIVE_INFINITY];
      return { best: isBest, stop: epochsWithout >= patience };
    },
    warnings: () => (byLoss ? [fallbackWarning(metric)] : []),
    state: () => ({
      best: finiteOrNull(best),
      mark: finiteOrNull(mark),
      epochsWithout,
      bestLoss: finiteOrNull(bestLoss),
      byLoss,
    }),
  };
}

/**
 * The cost of an epoch, lower is better: the monitored metric of the validation rows, or the
 * training loss without any.
 */
function epochCost({ trainingLoss, validationLoss, metrics }: CostMeasures, metric: Monitor): number {
  if (validationLoss === null) return trainingLoss;
  if (metric === 'validationLoss') return validationLoss;
  return costOf(metric, metrics[metric] ?? Number.NaN);
}

/**
 * Whether the validation rows have no such metric. Non-finite values count as missing, because
 * checkpoints store them as null and a resumed run must stop at the same epoch.
 */
function isUnmeasured({ validationLoss, metrics }: CostMeasures, metric: Monitor): boolean {
  return validationLoss !== null && metric !== 'validationLoss' && !Number.isFinite(metrics[metric]);
}

function fallbackWarning(metric: Monitor): Warning {
  return {
    code: 'early_stopping_by_loss',
    message:
      `The validation rows have no ${metric}, as when their target has one value: the validation loss selects the ` +
      'best epoch and stops the training. Use another split, or set training.earlyStopping.metric.',
  };
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
