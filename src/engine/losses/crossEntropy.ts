import { type Kernels, NONE } from '../kernels/kernels.ts';
import { internalOption } from '../options.ts';
import { softmax } from './links.ts';
import { defineLoss, type LossMatrices, type LossTraits } from './loss.ts';
import { labelSmoothing } from './smoothing.ts';

const TRAITS: LossTraits = {
  tasks: ['binary', 'multiclass'],
  link: softmax,
  minTarget: null,
  outputs: (classes) => classes,
};

const OPTIONS = {
  labelSmoothing,
  /** One weight a class. */
  classWeights: internalOption<readonly number[] | null>(null),
};

/**
 * Cross-entropy of class indices from logits: torch.nn.CrossEntropyLoss. Predictions are
 * probabilities. With class weights, the mean divides by the weights of the rows' classes, as
 * PyTorch does.
 */
export const crossEntropy = defineLoss(TRAITS, OPTIONS, ({ labelSmoothing: share, classWeights }) => ({
  classWeights,
  targetColumns: () => 1,
  target: classIndex,
  sum: (kernels, { A, T, rowWeights, classWeights, n }, m) =>
    kernels.crossEntropy(NONE, A, T, rowWeights, classWeights, m, n, share),
  sumWithGradient: (kernels, { dA, A, T, rowWeights, classWeights, n }, m) =>
    kernels.crossEntropy(dA, A, T, rowWeights, classWeights, m, n, share),
  totalWeight: classWeightSum,
  predict: (kernels, A, m, n) => kernels.softmax(A, A, m, n),
}));

function classIndex(t: number, n: number): number {
  if (!(Number.isInteger(t) && t >= 0 && t < n))
    throw new RangeError(`A target must be a class index from 0 to ${n - 1}, not ${t}.`);
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
