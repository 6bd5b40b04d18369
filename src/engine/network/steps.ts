import type { Kernels } from '../kernels/kernels.ts';
import type { Loss } from '../losses/loss.ts';
import type { LossSum } from '../lossSum.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { backward } from './backward.ts';
import { forward, type MaskKey } from './forward.ts';
import { gatherBatch } from './loadRows.ts';
import { lossMatricesOf, optimizerMatricesOf } from './matrices.ts';
import type { Plan } from './plan.ts';
import { addPenaltyGradients, clipGradientNorm, type Penalties } from './regularization.ts';

/** What training steps are made of. */
export interface StepDeps {
  readonly kernels: Kernels;
  readonly plan: Plan;
  /** Of a step. */
  readonly maxRows: number;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly penalties: Penalties;
  /** The greatest norm of the gradient of all parameters together; null: any. */
  readonly maxNorm: number | null;
}

export interface Steps {
  /** The fewest rows of a step: 2 with batch normalization. */
  readonly minRows: number;
  /** The gradients of the mean loss of m rows of the order from `start` on, and of the penalties. */
  computeGradients(start: number, m: number): LossSum;
  /** One step on those rows. Gives the loss before it; a diverged one is not finite. */
  trainStep(start: number, m: number, rate: number): LossSum;
}

/** The steps of a training; `progress` names the dropout masks and counts the steps taken. Nothing is allocated in the arena. */
export function createSteps(deps: StepDeps, progress: MaskKey & { step: number }): Steps {
  const { kernels, plan, maxRows, loss, optimizer, penalties, maxNorm } = deps;
  const lossMatrices = lossMatricesOf(plan);
  const optimizerMatrices = optimizerMatricesOf(plan);
  const minRows = Math.max(...plan.layers.map(({ normalization }) => normalization?.minRows ?? 1));

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
    if (m >= minRows && m <= maxRows && start >= 0 && start + m <= plan.dataset.rows) return;
    throw new RangeError(`no step of ${m} rows from ${start} on: ${minRows} to ${maxRows} were planned`);
  }

  return {
    minRows,
    computeGradients,
    trainStep(start, m, rate) {
      const lossSum = computeGradients(start, m);
      if (maxNorm !== null) clipGradientNorm(kernels, plan, maxNorm);
      progress.step += 1;
      optimizer.update(kernels, optimizerMatrices, rate, progress.step);
      return lossSum;
    },
  };
}
