import type { Kernels } from '../kernels/kernels.ts';
import { countElements, isLearned, type ParameterShape } from '../memory/parameters.ts';
import { updateCostOf } from '../optimizers/hiddenWeights.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { createChain, learnedParameters, type NetworkSpec } from './spec.ts';

/** The size of a network: the sum of what its layers declare. */
export interface NetworkSize {
  /** Learned numbers. */
  readonly parameters: number;
  /** Numbers that training measures and a model stores: running statistics. */
  readonly statistics: number;
  /** Of the forward pass of one row. */
  readonly multiplyAdds: number;
  /** Numbers that a training step stores for each row, at most. */
  readonly activations: number;
}

/** Throws RangeError when the network is impossible. */
export function sizeOf(spec: NetworkSpec): NetworkSize {
  const chain = createChain(spec).flatMap(({ links }) => links);
  const parameters = chain.flatMap((link) => link.parameters);
  return {
    parameters: countNumbers(parameters.filter(isLearned)),
    statistics: countNumbers(parameters.filter((parameter) => !isLearned(parameter))),
    multiplyAdds: sum(chain.map(({ cost }) => cost.multiplyAdds)),
    activations: sum(chain.map(({ cost }) => cost.activations)),
  };
}

/** Multiply-adds of a product that justify a thread: MULTIPLY_ADDS_PER_CHUNK of grid.h. */
const MULTIPLY_ADDS_PER_THREAD = 2 ** 18;

/**
 * How many of the backend's threads speed up a step of so many rows: as many as share its largest
 * product, of the passes or of the optimizer.
 */
export function usefulThreads(
  spec: NetworkSpec,
  rows: number,
  optimizer: Optimizer,
  { maxThreads }: Pick<Kernels, 'maxThreads'>,
): number {
  const chain = createChain(spec).flatMap(({ links }) => links);
  const ofPasses = rows * Math.max(...chain.map(({ cost }) => cost.sharedMultiplyAdds));
  const { largestProduct } = updateCostOf(optimizer, learnedParameters(spec));
  const chunks = Math.floor(Math.max(ofPasses, largestProduct) / MULTIPLY_ADDS_PER_THREAD);
  return Math.max(1, Math.min(maxThreads, chunks));
}

function countNumbers(parameters: readonly ParameterShape[]): number {
  return sum(parameters.map(({ shape }) => countElements(shape)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
