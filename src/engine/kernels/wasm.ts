import { dropoutKey } from '../random.ts';
import {
  ACTIVATIONS,
  type Activation,
  type ArenaSize,
  type CreateKernels,
  type ElementwiseLoss,
  type Kernels,
  NONE,
} from './kernels.ts';

/** A compiled kernel. Matrices are addresses in bytes, 0 an absent one; a flag is 0 or 1. */
type Kernel = (...addressesSizesAndNumbers: number[]) => number;

/** Activations and losses are kernels of their own; the others have the name of their method. */
type KernelName =
  | Exclude<keyof Kernels, keyof Arena | 'name' | 'precision' | 'activate' | 'activationGradient' | 'elementwiseLoss'>
  | Activation
  | `${Activation}Gradient`
  | ElementwiseLoss;

type Exports = Readonly<Record<KernelName, Kernel>> & {
  readonly memory: WebAssembly.Memory;
  /** The first address after the module's own data. */
  readonly __heap_base: WebAssembly.Global<'i32'>;
};

type Arena = Pick<Kernels, 'values' | 'indices'>;

const PAGE_BYTES = 65536;
const MEMORY_BYTES_AT_MOST = 2 ** 32;
/** A cache line. */
const ALIGNMENT = 64;
const NUMBER_BYTES = 4;
/** The kernels read whole vectors, so up to two vectors past the end of a matrix (READ_AHEAD in cpp/simd.h). */
const READ_AHEAD_BYTES = 32;

/**
 * The player compiled to WebAssembly, in float32. `module` is what `tools/buildKernels.ts` makes; each player has an instance, and so a
 * memory, of its own. Creating one throws RangeError when arena and module do not fit into 4 GiB, or the machine has no such memory.
 */
export function createWasmKernels(module: WebAssembly.Module): CreateKernels {
  return (size) => {
    const { exports } = new WebAssembly.Instance(module);
    return play(exports as Exports, size);
  };
}

/** Lays the arena behind the module's own data. */
function createArena({ memory, __heap_base }: Exports, size: ArenaSize): Arena {
  const values = align(__heap_base.value);
  const indices = align(values + size.numbers * NUMBER_BYTES + READ_AHEAD_BYTES);
  const bytes = indices + size.indices * NUMBER_BYTES;
  if (bytes > MEMORY_BYTES_AT_MOST) {
    throw new RangeError(`an arena of ${bytes} bytes is above the 4 GiB that WebAssembly can address`);
  }
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
  if (missing > 0) memory.grow(missing);
  return {
    values: new Float32Array(memory.buffer, values, size.numbers),
    indices: new Int32Array(memory.buffer, indices, size.indices),
  };
}

function align(address: number): number {
  return Math.ceil(address / ALIGNMENT) * ALIGNMENT;
}

/** By the activation's name, so that a step builds no names. */
function activationGradients(kernels: Exports): Readonly<Record<Activation, Kernel>> {
  const named = ACTIVATIONS.map((activation) => [activation, kernels[`${activation}Gradient`]] as const);
  return Object.fromEntries(named) as Record<Activation, Kernel>;
}

function play(kernels: Exports, size: ArenaSize): Kernels {
  const arena = createArena(kernels, size);
  const values = arena.values.byteOffset;
  const indices = arena.indices.byteOffset;
  const gradients = activationGradients(kernels);
  /** The address of a matrix. */
  const at = (offset: number): number => values + offset * NUMBER_BYTES;
  /** The address of a matrix that may be absent. */
  const orNull = (offset: number): number => (offset === NONE ? 0 : at(offset));

  return {
    name: 'wasm',
    precision: 'float32',
    ...arena,

    gatherRows(target, source, rowsIndex, m, n) {
      kernels.gatherRows(at(target), at(source), indices + rowsIndex * NUMBER_BYTES, m, n);
    },

    affine(Z, W, A, b, m, k, n) {
      kernels.affine(at(Z), at(W), at(A), at(b), m, k, n);
    },
    weightGradient(dW, dZ, A, m, k, n, scale) {
      kernels.weightGradient(at(dW), at(dZ), at(A), m, k, n, scale);
    },
    biasGradient(db, dZ, m, n, scale) {
      kernels.biasGradient(at(db), at(dZ), m, n, scale);
    },
    inputGradient(dA, W, dZ, m, k, n) {
      kernels.inputGradient(at(dA), at(W), at(dZ), m, k, n);
    },

    activate(activation, A, Z, count) {
      kernels[activation](at(A), at(Z), count);
    },
    activationGradient(activation, dZ, dA, Z, A, count) {
      gradients[activation](at(dZ), at(dA), at(Z), at(A), count);
    },

    dropout(target, source, count, rate, seed, counter) {
      const threshold = Math.ceil(rate * 2 ** 32);
      kernels.dropout(at(target), at(source), count, threshold, 1 / (1 - rate), dropoutKey(seed, counter));
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
      return kernels[loss](orNull(dA), at(A), at(T), orNull(rowWeights), m, n, parameter);
    },
    crossEntropy(dA, A, T, rowWeights, classWeights, m, n, smoothing) {
      return kernels.crossEntropy(orNull(dA), at(A), at(T), orNull(rowWeights), orNull(classWeights), m, n, smoothing);
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
      kernels.sgd(at(X), at(dX), orNull(velocity), count, rate, momentum, Number(nesterov), weightDecay, Number(first));
    },
    rmsprop(X, dX, square, velocity, count, rate, alpha, momentum, epsilon, weightDecay) {
      kernels.rmsprop(at(X), at(dX), at(square), orNull(velocity), count, rate, alpha, momentum, epsilon, weightDecay);
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
