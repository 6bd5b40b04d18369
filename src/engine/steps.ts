import { backward } from './backward.ts';
import { forward, type MaskKey } from './forward.ts';
import { gatherBatch } from './held.ts';
import type { Kernels } from './kernels/kernels.ts';
import type { Loss } from './losses/loss.ts';
import type { LossSum } from './lossSum.ts';
import type { Optimizer } from './optimizers/optimizer.ts';
import { lossMatricesOf, optimizerMatricesOf } from './plan/matrices.ts';
import type { Plan } from './plan/plan.ts';
import { addPenaltyGradients, clipGradientNorm, type Penalties } from './regularization.ts';

/** What training steps are made of. */
export interface StepParts {
  readonly kernels: Kernels;
  readonly plan: Plan;
  /** Of a step. */
  readonly mostRows: number;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly penalties: Penalties;
  /** The greatest norm of the gradient of all parameters together; null: any. */
  readonly greatestNorm: number | null;
}

export interface Steps {
  /** The fewest rows of a step: 2 with batch normalization. */
  readonly fewestRows: number;
  /** The gradients of the mean loss of m rows of the order from `start` on, and of the penalties. */
  computeGradients(start: number, m: number): LossSum;
  /** One step on those rows. Gives the loss before it; a diverged one is not finite. */
  trainStep(start: number, m: number, rate: number): LossSum;
}

/** The steps of a training; `progress` names the dropout masks and counts the steps taken. Nothing is allocated in the arena. */
export function createSteps(parts: StepParts, progress: MaskKey & { step: number }): Steps {
  const { kernels, plan, mostRows, loss, optimizer, penalties, greatestNorm } = parts;
  const lossMatrices = lossMatricesOf(plan);
  const optimizerMatrices = optimizerMatricesOf(plan);
  const fewestRows = Math.max(...plan.layers.map(({ normalization }) => normalization?.fewestRows ?? 1));

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
    if (m >= fewestRows && m <= mostRows && start >= 0 && start + m <= plan.held.rows) return;
    throw new RangeError(`no step of ${m} rows from ${start} on: ${fewestRows} to ${mostRows} were planned`);
  }

  return {
    fewestRows,
    computeGradients,
    trainStep(start, m, rate) {
      const lossSum = computeGradients(start, m);
      if (greatestNorm !== null) clipGradientNorm(kernels, plan, greatestNorm);
      progress.step += 1;
      optimizer.update(kernels, optimizerMatrices, rate, progress.step);
      return lossSum;
    },
  };
}
