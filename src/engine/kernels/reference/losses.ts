import { type ElementwiseLoss, type Kernels, NONE } from '../kernels.ts';

interface PairFunction {
  /** The loss of output a for target t. `parameter` is huber's delta or quantile's level. */
  readonly value: (a: number, t: number, parameter: number) => number;
  /** Its derivative by a. */
  readonly derivative: (a: number, t: number, parameter: number) => number;
}

/**
 * Each loss as torch.nn.functional defines it; quantile is the pinball loss of Koenker and Bassett
 * 1978.
 */
const PAIR_LOSSES: Readonly<Record<ElementwiseLoss, PairFunction>> = {
  mse: { value: (a, t) => (a - t) ** 2, derivative: (a, t) => 2 * (a - t) },
  mae: { value: (a, t) => Math.abs(a - t), derivative: (a, t) => Math.sign(a - t) },
  huber: {
    value: (a, t, delta) => {
      const distance = Math.abs(a - t);
      return distance <= delta ? 0.5 * distance ** 2 : delta * (distance - 0.5 * delta);
    },
    derivative: (a, t, delta) => Math.max(-delta, Math.min(delta, a - t)),
  },
  quantile: {
    value: (a, t, level) => (t > a ? level * (t - a) : (1 - level) * (a - t)),
    derivative: (a, t, level) => (t > a ? -level : t < a ? 1 - level : a - t),
  },
  poisson: { value: (a, t) => Math.exp(a) - t * a, derivative: (a, t) => Math.exp(a) - t },
  binaryCrossEntropy: {
    value: (a, t) => Math.max(a, 0) - a * t + Math.log1p(Math.exp(-Math.abs(a))),
    derivative: (a, t) => 1 / (1 + Math.exp(-a)) - t,
  },
};

/** Weighted sums over m rows; gradients by the outputs are not divided by m. */
export function losses(values: Float64Array): Pick<Kernels, ElementwiseLoss | 'crossEntropy' | 'softmax'> {
  const weightOr1 = (weights: number, at: number): number => (weights === NONE ? 1 : values[weights + at]);

  /** log Σ e^a over one example's n logits; the largest is factored out first. */
  function logSumOfExponentials(row: number, n: number): number {
    let max = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < n; j++) max = Math.max(max, values[row + j]);
    let sum = 0;
    for (let j = 0; j < n; j++) sum += Math.exp(values[row + j] - max);
    return max + Math.log(sum);
  }

  function elementwise({ value, derivative }: PairFunction): Kernels[ElementwiseLoss] {
    return (dA, A, T, rowWeights, m, n, parameter) => {
      let sum = 0;
      for (let e = 0; e < m * n; e++) {
        const weight = weightOr1(rowWeights, Math.floor(e / n)) / n;
        const a = values[A + e];
        const t = values[T + e];
        sum += weight * value(a, t, parameter);
        if (dA !== NONE) values[dA + e] = weight * derivative(a, t, parameter);
      }
      return sum;
    };
  }

  const ofPairs = Object.entries(PAIR_LOSSES).map(([loss, pair]) => [loss, elementwise(pair)] as const);

  return {
    // Object.fromEntries forgets the names of a constant table.
    ...(Object.fromEntries(ofPairs) as Pick<Kernels, ElementwiseLoss>),

    crossEntropy(dA, A, T, rowWeights, classWeights, m, n, smoothing) {
      let sum = 0;
      for (let i = 0; i < m; i++) {
        const row = A + i * n;
        const logSum = logSumOfExponentials(row, n);
        /** The factor of -log p[j] in the example's loss. */
        const share = (j: number): number => {
          const onTarget = j === values[T + i] ? 1 - smoothing : 0;
          return weightOr1(rowWeights, i) * weightOr1(classWeights, j) * (onTarget + smoothing / n);
        };
        let shares = 0;
        for (let j = 0; j < n; j++) {
          shares += share(j);
          // Without smoothing only the target counts, even where p[j] is 0 and 0 · -log p[j] is
          // NaN.
          if (j === values[T + i] || smoothing > 0) sum += share(j) * (logSum - values[row + j]);
        }
        if (dA === NONE) continue;
        for (let j = 0; j < n; j++) {
          values[dA + i * n + j] = shares * Math.exp(values[row + j] - logSum) - share(j);
        }
      }
      return sum;
    },

    softmax(P, A, m, n) {
      for (let i = 0; i < m; i++) {
        const logSum = logSumOfExponentials(A + i * n, n);
        for (let j = 0; j < n; j++) values[P + i * n + j] = Math.exp(values[A + i * n + j] - logSum);
      }
    },
  };
}
