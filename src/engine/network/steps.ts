import type { Kernels } from '../kernels/kernels.ts';
import type { TrainingStep } from '../layers/layer.ts';
import type { Loss } from '../losses/loss.ts';
import type { LossSum } from '../lossSum.ts';
import { updateAverage } from '../memory/average.ts';
import type { ParameterGroup } from '../optimizers/groups.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { planRegions } from '../optimizers/regions.ts';
import { backward } from './backward.ts';
import { forward } from './forward.ts';
import { gatherBatch } from './loadRows.ts';
import { lossMatricesOf } from './matrices.ts';
import type { Plan } from './plan.ts';
import { addPenaltyGradients, clipGradientNorm, type Penalties } from './regularization.ts';

export interface StepDeps {
  readonly kernels: Kernels;
  readonly plan: Plan;
  /** Rows of a step at most. */
  readonly maxRows: number;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /** Parameters that the optimizer updates with settings of their own. */
  readonly groups: readonly ParameterGroup[];
  /** Decay of the moving average of the model; null: none. */
  readonly averageDecay: number | null;
  readonly penalties: Penalties;
  /** Upper limit for the norm of the gradient of all parameters; null: none. */
  readonly maxNorm: number | null;
}

export interface Steps {
  /** The fewest rows of a step: 2 with batch normalization. */
  readonly minRows: number;
  /**
   * Computes the gradients of the mean loss of m rows of the order, from `start` on, and of the
   * penalties.
   * Returns the loss. Throws RangeError when the rows are too few, too many or not in the dataset.
   */
  computeGradients(start: number, m: number): LossSum;
  /**
   * One step on those rows. Returns the loss before it, which is not finite where the training
   * diverged.
   */
  trainStep(start: number, m: number, rate: number): LossSum;
}

/**
 * The steps of a training. `progress` counts them and names the dropout masks. A step allocates
 * nothing in the arena.
 */
export function createSteps(deps: StepDeps, progress: TrainingStep & { step: number }): Steps {
  const { kernels, plan, maxRows, loss, optimizer, groups, averageDecay, penalties, maxNorm } = deps;
  const { minRows } = plan;
  const lossMatrices = lossMatricesOf(plan);
  const regions = planRegions(plan, optimizer, groups);

  function computeGradients(start: number, m: number): LossSum {
    checkRows(start, m);
    gatherBatch(kernels, plan, plan.orderIndex + start, m);
    forward(kernels, plan, m, progress);
    const sum = loss.sumWithGradient(kernels, lossMatrices, m);
    const weight = loss.totalWeight(kernels, lossMatrices, m);
    backward(kernels, plan, m, weight > 0 ? 1 / weight : 0, progress);
    addPenaltyGradients(kernels, plan, penalties);
    return { sum, weight };
  }

  function checkRows(start: number, m: number): void {
    if (m < minRows || m > maxRows) throw new RangeError(`Expected a step of ${minRows} to ${maxRows} rows, got ${m}.`);
    if (start < 0 || start + m > plan.dataset.rows)
      throw new RangeError(`Expected rows 0 to ${plan.dataset.rows - 1}, got ${start} to ${start + m - 1}.`);
  }

  return {
    minRows,
    computeGradients,
    trainStep(start, m, rate) {
      const lossSum = computeGradients(start, m);
      if (maxNorm !== null) clipGradientNorm(kernels, plan, maxNorm);
      progress.step += 1;
      for (const region of regions) optimizer.update(kernels, region, rate * region.rateFactor, progress.step);
      if (averageDecay !== null) updateAverage(kernels, plan, averageDecay, progress.step);
      return lossSum;
    },
  };
}
