import { dropoutKey, dropoutThreshold } from '../random.ts';
import {
  ACTIVATIONS,
  type Activation,
  type ElementwiseLoss,
  type Kernels,
  type KernelsName,
  type ProductInputs,
} from './kernels.ts';
import { ONE_THREAD, type Threads } from './oneThread.ts';

/** A kernel of cpp/, with its arguments in that order. A flag is 0 or 1; a kernel without a result may answer anything. */
export type CompiledKernel = (...placesSizesAndNumbers: number[]) => number;

/** Losses are kernels of their own; the others have the name of their method. */
type CompiledName =
  | Exclude<keyof Kernels, keyof Arena | keyof Traits | keyof Threads | 'elementwiseLoss'>
  | ElementwiseLoss;

export type CompiledKernels = Readonly<Record<CompiledName, CompiledKernel>>;

export type Arena = Pick<Kernels, 'values' | 'indices'>;
type Traits = Pick<Kernels, 'name' | 'precision' | 'productInputs' | 'withProductInputs'>;

/** How the compiled kernels are told of a matrix. */
export interface Places {
  /** The matrix at an offset of `values`. */
  readonly at: (offset: number) => number;
  /** The same, where it may be NONE. */
  readonly orAbsent: (offset: number) => number;
  /** The integers at an offset of `indices`. */
  readonly atIndex: (offset: number) => number;
}

/** Compiled kernels know an activation by its place among all. */
const NUMBERS = Object.fromEntries(ACTIVATIONS.map((activation, number) => [activation, number])) as Readonly<
  Record<Activation, number>
>;

/** A player of the kernels compiled from cpp/: each method calls one of them. */
export function playCompiled(
  name: KernelsName,
  arena: Arena,
  kernels: CompiledKernels,
  places: Places,
  threads: Threads = ONE_THREAD,
  productInputs: ProductInputs = 'float32',
): Kernels {
  const { at, orAbsent, atIndex } = places;
  const bfloat16 = Number(productInputs === 'bfloat16');
  return {
    name,
    precision: 'float32',
    productInputs,
    withProductInputs: (inputs) => playCompiled(name, arena, kernels, places, threads, inputs),
    ...arena,
    ...threads,

    gatherRows(target, source, rowsIndex, m, n) {
      kernels.gatherRows(at(target), at(source), atIndex(rowsIndex), m, n);
    },

    affine(Z, W, A, b, m, k, n) {
      kernels.affine(at(Z), at(W), at(A), orAbsent(b), m, k, n, bfloat16);
    },
    affineActivate(activation, A, Z, W, X, b, m, k, n) {
      kernels.affineActivate(NUMBERS[activation], at(A), at(Z), at(W), at(X), orAbsent(b), m, k, n, bfloat16);
    },
    weightGradient(dW, dZ, A, m, k, n, scale) {
      kernels.weightGradient(at(dW), at(dZ), at(A), m, k, n, scale, bfloat16);
    },
    biasGradient(db, dZ, m, n, scale) {
      kernels.biasGradient(at(db), at(dZ), m, n, scale);
    },
    inputGradient(dA, W, dZ, m, k, n) {
      kernels.inputGradient(at(dA), at(W), at(dZ), m, k, n, bfloat16);
    },
    inputGradientThrough(activation, dY, dA, W, dZ, Y, A, m, k, n) {
      const g = NUMBERS[activation];
      kernels.inputGradientThrough(g, at(dY), at(dA), at(W), at(dZ), at(Y), at(A), m, k, n, bfloat16);
    },

    gatherCodes(targetIndex, sourceIndex, rowsIndex, m, c) {
      kernels.gatherCodes(atIndex(targetIndex), atIndex(sourceIndex), atIndex(rowsIndex), m, c);
    },
    addRows(Z, b, E, usual, codesIndex, m, k, c, n) {
      kernels.addRows(at(Z), orAbsent(b), at(E), orAbsent(usual), atIndex(codesIndex), m, k, c, n);
    },
    rowGradient(dE, dZ, codesIndex, m, k, c, n, scale) {
      kernels.rowGradient(at(dE), at(dZ), atIndex(codesIndex), m, k, c, n, scale);
    },

    activate(activation, A, Z, count) {
      kernels.activate(NUMBERS[activation], at(A), at(Z), count);
    },
    activationGradient(activation, dZ, dA, Z, A, count) {
      kernels.activationGradient(NUMBERS[activation], at(dZ), at(dA), at(Z), at(A), count);
    },

    dropout(target, source, count, rate, seed, counter) {
      const [threshold, factor] = [dropoutThreshold(rate), 1 / (1 - rate)];
      kernels.dropout(at(target), at(source), count, threshold, factor, dropoutKey(seed, counter));
    },

    batchNormalize(Y, Z, gamma, beta, mean, inverseDeviation, runningMean, runningVariance, m, n, momentum, epsilon) {
      kernels.batchNormalize(
        at(Y),
        at(Z),
        at(gamma),
        at(beta),
        at(mean),
        at(inverseDeviation),
        at(runningMean),
        at(runningVariance),
        m,
        n,
        momentum,
        epsilon,
      );
    },
    batchNormalizeWithRunning(Y, Z, gamma, beta, runningMean, runningVariance, m, n, epsilon) {
      kernels.batchNormalizeWithRunning(
        at(Y),
        at(Z),
        at(gamma),
        at(beta),
        at(runningMean),
        at(runningVariance),
        m,
        n,
        epsilon,
      );
    },
    batchNormalizationGradient(dZ, dY, Z, gamma, mean, inverseDeviation, dgamma, dbeta, m, n, scale) {
      kernels.batchNormalizationGradient(
        at(dZ),
        at(dY),
        at(Z),
        at(gamma),
        at(mean),
        at(inverseDeviation),
        at(dgamma),
        at(dbeta),
        m,
        n,
        scale,
      );
    },

    layerNormalize(Y, Z, gamma, beta, mean, inverseDeviation, m, n, epsilon) {
      kernels.layerNormalize(at(Y), at(Z), at(gamma), at(beta), at(mean), at(inverseDeviation), m, n, epsilon);
    },
    layerNormalizationGradient(dZ, dY, Z, gamma, mean, inverseDeviation, dgamma, dbeta, m, n, scale) {
      kernels.layerNormalizationGradient(
        at(dZ),
        at(dY),
        at(Z),
        at(gamma),
        at(mean),
        at(inverseDeviation),
        at(dgamma),
        at(dbeta),
        m,
        n,
        scale,
      );
    },

    elementwiseLoss(loss, dA, A, T, rowWeights, m, n, parameter) {
      return kernels[loss](orAbsent(dA), at(A), at(T), orAbsent(rowWeights), m, n, parameter);
    },
    crossEntropy(dA, A, T, rowWeights, classWeights, m, n, smoothing) {
      return kernels.crossEntropy(
        orAbsent(dA),
        at(A),
        at(T),
        orAbsent(rowWeights),
        orAbsent(classWeights),
        m,
        n,
        smoothing,
      );
    },
    softmax(P, A, m, n) {
      kernels.softmax(at(P), at(A), m, n);
    },

    sumOfSquares(X, count) {
      return kernels.sumOfSquares(at(X), count);
    },
    scale(X, count, factor) {
      kernels.scale(at(X), count, factor);
    },
    addPenaltyGradient(dW, W, count, l1, l2) {
      kernels.addPenaltyGradient(at(dW), at(W), count, l1, l2);
    },

    sgd(X, dX, velocity, count, rate, momentum, nesterov, weightDecay, first) {
      kernels.sgd(
        at(X),
        at(dX),
        orAbsent(velocity),
        count,
        rate,
        momentum,
        Number(nesterov),
        weightDecay,
        Number(first),
      );
    },
    rmsprop(X, dX, square, velocity, count, rate, alpha, momentum, epsilon, weightDecay) {
      kernels.rmsprop(
        at(X),
        at(dX),
        at(square),
        orAbsent(velocity),
        count,
        rate,
        alpha,
        momentum,
        epsilon,
        weightDecay,
      );
    },
    adagrad(X, dX, sum, count, rate, epsilon, weightDecay) {
      kernels.adagrad(at(X), at(dX), at(sum), count, rate, epsilon, weightDecay);
    },
    adam(X, dX, mean, square, count, rate, beta1, beta2, epsilon, weightDecay, decoupled, step) {
      kernels.adam(
        at(X),
        at(dX),
        at(mean),
        at(square),
        count,
        rate,
        beta1,
        beta2,
        epsilon,
        weightDecay,
        Number(decoupled),
        1 - beta1 ** step,
        1 - beta2 ** step,
      );
    },
    lion(X, dX, mean, count, rate, beta1, beta2, weightDecay) {
      kernels.lion(at(X), at(dX), at(mean), count, rate, beta1, beta2, weightDecay);
    },
  };
}
