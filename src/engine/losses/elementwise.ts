import { type ElementwiseLoss, type Kernels, NONE } from '../kernels/kernels.ts';
import { identity } from './links.ts';
import type { Loss, LossMatrices, LossTraits } from './loss.ts';

/** Traits of a loss for any number. */
export const REGRESSION: LossTraits = {
  tasks: ['regression'],
  link: identity,
  minTarget: null,
  outputs: () => 1,
};

interface ElementwiseOptions {
  /** Huber's delta or quantile's level. */
  readonly parameter?: number;
  readonly target?: Loss['target'];
  readonly predict?: Loss['predict'];
}

/**
 * A loss that compares each output with its own target; a row's loss is the mean over its outputs.
 */
export function elementwise(
  name: ElementwiseLoss,
  { parameter = 0, target = (t) => t, predict = () => {} }: ElementwiseOptions = {},
): Loss {
  return {
    classWeights: null,
    targetColumns: (n) => n,
    target,
    sum: (kernels, { A, T, rowWeights, n }, m) => kernels[name](NONE, A, T, rowWeights, m, n, parameter),
    sumWithGradient: (kernels, { dA, A, T, rowWeights, n }, m) => kernels[name](dA, A, T, rowWeights, m, n, parameter),
    totalWeight: rowWeightSum,
    predict,
  };
}

function rowWeightSum({ values }: Kernels, { rowWeights }: LossMatrices, m: number): number {
  if (rowWeights === NONE) return m;
  let sum = 0;
  for (let i = 0; i < m; i++) sum += values[rowWeights + i];
  return sum;
}
