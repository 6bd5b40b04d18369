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
export type CompiledKernel = (...pointersSizesAndNumbers: number[]) => number;

/** Losses are kernels of their own; the others have the name of their method. */
type CompiledName =
  | Exclude<keyof Kernels, keyof Arena | keyof Traits | keyof Threads | 'elementwiseLoss'>
  | ElementwiseLoss;

export type CompiledKernels = Readonly<Record<CompiledName, CompiledKernel>>;

export type Arena = Pick<Kernels, 'values' | 'indices'>;
type Traits = Pick<Kernels, 'name' | 'precision' | 'productInputs' | 'withProductInputs'>;

/** How the compiled kernels are told of a matrix. */
export interface Pointers {
  /** The matrix at an offset of `values`. */
  readonly pointer: (offset: number) => number;
  /** The same, where it may be NONE. */
  readonly optionalPointer: (offset: number) => number;
  /** The integers at an offset of `indices`. */
  readonly indexPointer: (offset: number) => number;
}

/** Compiled kernels know an activation by its place among all. */
const ACTIVATION_INDEX = Object.fromEntries(ACTIVATIONS.map((activation, number) => [activation, number])) as Readonly<
  Record<Activation, number>
>;

/** A player of the kernels compiled from cpp/: each method calls one of them. */
export function createCompiledBackend(
  name: KernelsName,
  arena: Arena,
  kernels: CompiledKernels,
  pointers: Pointers,
  threads: Threads = ONE_THREAD,
  productInputs: ProductInputs = 'float32',
): Kernels {
  const { pointer, optionalPointer, indexPointer } = pointers;
  const bfloat16 = Number(productInputs === 'bfloat16');
  return {
    name,
    precision: 'float32',
    productInputs,
    withProductInputs: (inputs) => createCompiledBackend(name, arena, kernels, pointers, threads, inputs),
    ...arena,
    ...threads,

    gatherRows(target, source, rowsIndex, m, n) {
      kernels.gatherRows(pointer(target), pointer(source), indexPointer(rowsIndex), m, n);
    },

    affine(Z, W, A, b, m, k, n) {
      kernels.affine(pointer(Z), pointer(W), pointer(A), optionalPointer(b), m, k, n, bfloat16);
    },
    affineActivate(activation, A, Z, W, X, b, m, k, n) {
      kernels.affineActivate(
        ACTIVATION_INDEX[activation],
        pointer(A),
        pointer(Z),
        pointer(W),
        pointer(X),
        optionalPointer(b),
        m,
        k,
        n,
        bfloat16,
      );
    },
    weightGradient(dW, dZ, A, m, k, n, scale) {
      kernels.weightGradient(pointer(dW), pointer(dZ), pointer(A), m, k, n, scale, bfloat16);
    },
    biasGradient(db, dZ, m, n, scale) {
      kernels.biasGradient(pointer(db), pointer(dZ), m, n, scale);
    },
    inputGradient(dA, W, dZ, m, k, n) {
      kernels.inputGradient(pointer(dA), pointer(W), pointer(dZ), m, k, n, bfloat16);
    },
    inputGradientThrough(activation, dY, dA, W, dZ, Y, A, m, k, n) {
      const g = ACTIVATION_INDEX[activation];
      kernels.inputGradientThrough(
        g,
        pointer(dY),
        pointer(dA),
        pointer(W),
        pointer(dZ),
        pointer(Y),
        pointer(A),
        m,
        k,
        n,
        bfloat16,
      );
    },

    gatherCodes(targetIndex, sourceIndex, rowsIndex, m, c) {
      kernels.gatherCodes(indexPointer(targetIndex), indexPointer(sourceIndex), indexPointer(rowsIndex), m, c);
    },
    addRows(Z, b, E, unknownCategory, codesIndex, m, k, c, n) {
      kernels.addRows(
        pointer(Z),
        optionalPointer(b),
        pointer(E),
        optionalPointer(unknownCategory),
        indexPointer(codesIndex),
        m,
        k,
        c,
        n,
      );
    },
    rowGradient(dE, dZ, codesIndex, m, k, c, n, scale) {
      kernels.rowGradient(pointer(dE), pointer(dZ), indexPointer(codesIndex), m, k, c, n, scale);
    },

    activate(activation, A, Z, count) {
      kernels.activate(ACTIVATION_INDEX[activation], pointer(A), pointer(Z), count);
    },
    activationGradient(activation, dZ, dA, Z, A, count) {
      kernels.activationGradient(ACTIVATION_INDEX[activation], pointer(dZ), pointer(dA), pointer(Z), pointer(A), count);
    },

    dropout(target, source, count, rate, seed, counter) {
      const [threshold, factor] = [dropoutThreshold(rate), 1 / (1 - rate)];
      kernels.dropout(pointer(target), pointer(source), count, threshold, factor, dropoutKey(seed, counter));
    },

    batchNormalize(Y, Z, gamma, beta, mean, inverseDeviation, runningMean, runningVariance, m, n, momentum, epsilon) {
      kernels.batchNormalize(
        pointer(Y),
        pointer(Z),
        pointer(gamma),
        pointer(beta),
        pointer(mean),
        pointer(inverseDeviation),
        pointer(runningMean),
        pointer(runningVariance),
        m,
        n,
        momentum,
        epsilon,
      );
    },
    batchNormalizeWithRunning(Y, Z, gamma, beta, runningMean, runningVariance, m, n, epsilon) {
      kernels.batchNormalizeWithRunning(
        pointer(Y),
        pointer(Z),
        pointer(gamma),
        pointer(beta),
        pointer(runningMean),
        pointer(runningVariance),
        m,
        n,
        epsilon,
      );
    },
    batchNormalizationGradient(dZ, dY, Z, gamma, mean, inverseDeviation, dgamma, dbeta, m, n, scale) {
      kernels.batchNormalizationGradient(
        pointer(dZ),
        pointer(dY),
        pointer(Z),
        pointer(gamma),
        pointer(mean),
        pointer(inverseDeviation),
        pointer(dgamma),
        pointer(dbeta),
        m,
        n,
        scale,
      );
    },

    layerNormalize(Y, Z, gamma, beta, mean, inverseDeviation, m, n, epsilon) {
      kernels.layerNormalize(
        pointer(Y),
        pointer(Z),
        pointer(gamma),
        pointer(beta),
        pointer(mean),
        pointer(inverseDeviation),
        m,
        n,
        epsilon,
      );
    },
    layerNormalizationGradient(dZ, dY, Z, gamma, mean, inverseDeviation, dgamma, dbeta, m, n, scale) {
      kernels.layerNormalizationGradient(
        pointer(dZ),
        pointer(dY),
        pointer(Z),
        pointer(gamma),
        pointer(mean),
        pointer(inverseDeviation),
        pointer(dgamma),
        pointer(dbeta),
        m,
        n,
        scale,
      );
    },

    elementwiseLoss(loss, dA, A, T, rowWeights, m, n, parameter) {
      return kernels[loss](optionalPointer(dA), pointer(A), pointer(T), optionalPointer(rowWeights), m, n, parameter);
    },
    crossEntropy(dA, A, T, rowWeights, classWeights, m, n, smoothing) {
      return kernels.crossEntropy(
        optionalPointer(dA),
        pointer(A),
        pointer(T),
        optionalPointer(rowWeights),
        optionalPointer(classWeights),
        m,
        n,
        smoothing,
      );
    },
    softmax(P, A, m, n) {
      kernels.softmax(pointer(P), pointer(A), m, n);
    },

    sumOfSquares(X, count) {
      return kernels.sumOfSquares(pointer(X), count);
    },
    scale(X, count, factor) {
      kernels.scale(pointer(X), count, factor);
    },
    addPenaltyGradient(dW, W, count, l1, l2) {
      kernels.addPenaltyGradient(pointer(dW), pointer(W), count, l1, l2);
    },

    sgd(X, dX, velocity, count, rate, momentum, nesterov, weightDecay, first) {
      kernels.sgd(
        pointer(X),
        pointer(dX),
        optionalPointer(velocity),
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
        pointer(X),
        pointer(dX),
        pointer(square),
        optionalPointer(velocity),
        count,
        rate,
        alpha,
        momentum,
        epsilon,
        weightDecay,
      );
    },
    adagrad(X, dX, sum, count, rate, epsilon, weightDecay) {
      kernels.adagrad(pointer(X), pointer(dX), pointer(sum), count, rate, epsilon, weightDecay);
    },
    adam(X, dX, mean, square, count, rate, beta1, beta2, epsilon, weightDecay, decoupled, step) {
      kernels.adam(
        pointer(X),
        pointer(dX),
        pointer(mean),
        pointer(square),
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
      kernels.lion(pointer(X), pointer(dX), pointer(mean), count, rate, beta1, beta2, weightDecay);
    },
  };
}
