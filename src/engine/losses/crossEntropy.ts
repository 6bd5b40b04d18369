import { type Kernels, NONE } from '../kernels/kernels.ts';
import { define } from '../options.ts';
import type { Loss, LossMatrices } from './loss.ts';
import { checkSmoothing } from './smoothing.ts';

interface CrossEntropyOptions {
  readonly labelSmoothing: number;
  /** One weight a class. */
  readonly classWeights: readonly number[] | null;
}

const DEFAULTS: CrossEntropyOptions = { labelSmoothing: 0, classWeights: null };

/**
 * Cross-entropy of class numbers from logits: torch.nn.CrossEntropyLoss. Predictions are probabilities.
 * With class weights the mean is over the weights of the rows' classes, as PyTorch's is.
 */
export const crossEntropy = define(DEFAULTS, ({ labelSmoothing, classWeights }): Loss => {
  checkSmoothing(labelSmoothing);
  return {
    classWeights,
    targetColumns: () => 1,
    target: classNumber,
    sum: (kernels, { A, T, rowWeights, classWeights, n }, m) =>
      kernels.crossEntropy(NONE, A, T, rowWeights, classWeights, m, n, labelSmoothing),
    sumWithGradient: (kernels, { dA, A, T, rowWeights, classWeights, n }, m) =>
      kernels.crossEntropy(dA, A, T, rowWeights, classWeights, m, n, labelSmoothing),
    totalWeight: classWeightSum,
    predict: (kernels, A, m, n) => kernels.softmax(A, A, m, n),
  };
});

function classNumber(t: number, n: number): number {
  if (!(Number.isInteger(t) && t >= 0 && t < n)) throw new RangeError(`${t} is not one of ${n} class numbers`);
  return t;
}

function classWeightSum({ values }: Kernels, { T, rowWeights, classWeights }: LossMatrices, m: number): number {
  if (rowWeights === NONE && classWeights === NONE) return m;
  let sum = 0;
  for (let i = 0; i < m; i++) {
    const ofRow = rowWeights === NONE ? 1 : values[rowWeights + i];
    const ofClass = classWeights === NONE ? 1 : values[classWeights + values[T + i]];
    sum += ofRow * ofClass;
  }
  return sum;
}
