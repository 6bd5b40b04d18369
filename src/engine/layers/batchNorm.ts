/**
 * Batch normalization (Ioffe and Szegedy 2015), as torch.nn.BatchNorm1d, for n units and m rows:
 * each unit is normalized over the rows.
 *
 * Parameters: gamma, beta (n, 1). Statistics: running mean and var (n, 1).
 * Forward, with mean and biased var (n, 1) of the batch in training, the running ones outside it:
 *   N (n, m) = (Z - mean) / √(var + ε)
 *   Y (n, m) = gamma * N + beta
 *   In training, running mean and var move by MOMENTUM towards the batch's mean and unbiased var.
 * Backward, with means over the rows:
 *   dgamma (n, 1) = (1/m) Σ dY * N over the rows
 *   dbeta (n, 1) = (1/m) Σ dY over the rows
 *   dZ (n, m) = gamma / √(var + ε) * (dY - mean(dY) - N * mean(dY * N)), in place of dY
 *   Outside training mean and var are constants: dZ (n, m) = gamma / √(var + ε) * dY
 */
import type { Kernels } from '../kernels/kernels.ts';
import { elementwiseCost, IN_PLACE } from './layer.ts';
import { columnParameter, EPSILON, type Normalization, scaleAndShift } from './normalization.ts';

/** How far the running statistics move towards each batch's: PyTorch's default. */
const MOMENTUM = 0.1;

export const batchNorm: Normalization = {
  cancelsBias: true,
  create: (n) => ({
    outputs: n,
    parameters: [
      ...scaleAndShift(n),
      columnParameter('mean', n, 0, 'statistic'),
      columnParameter('var', n, 1, 'statistic'),
    ],
    cost: elementwiseCost(n),
    minRows: 2,
    plan({ rows, allocate, parameter }, { X: Z }) {
      const { value: gamma, gradient: dgamma } = parameter('gamma');
      const { value: beta, gradient: dbeta } = parameter('beta');
      const { value: runningMean } = parameter('mean');
      const { value: runningVar } = parameter('var');
      const Y = allocate(n * rows);
      const mean = allocate(n);
      const inverseDeviation = allocate(n);
      return {
        output: Y,
        isOverwritable: true,
        inputGradient: IN_PLACE,
        forward(kernels, Z, m, step) {
          if (step === null) {
            kernels.batchNormalizeWithRunning(Y, Z, gamma, beta, runningMean, runningVar, m, n, EPSILON);
          } else {
            kernels.batchNormalize(
              Y,
              Z,
              gamma,
              beta,
              mean,
              inverseDeviation,
              runningMean,
              runningVar,
              m,
              n,
              MOMENTUM,
              EPSILON,
            );
          }
          return Y;
        },
        backward(kernels, dY, m, scale, step) {
          if (step === null) {
            runningGradient(kernels, dY, { Z, gamma, runningMean, runningVar, dgamma, dbeta, n }, m, scale);
          } else {
            kernels.batchNormalizationGradient(dY, dY, Z, gamma, mean, inverseDeviation, dgamma, dbeta, m, n, scale);
          }
          return dY;
        },
      };
    },
  }),
};

/** Offsets of what the gradient with running statistics reads and writes. */
interface RunningOffsets {
  readonly Z: number;
  readonly gamma: number;
  readonly runningMean: number;
  readonly runningVar: number;
  readonly dgamma: number;
  readonly dbeta: number;
  readonly n: number;
}

/** The backward pass outside training, in place of dY. Only traces run it, so it has no kernel. */
function runningGradient(
  { values }: Kernels,
  dY: number,
  { Z, gamma, runningMean, runningVar, dgamma, dbeta, n }: RunningOffsets,
  m: number,
  scale: number,
): void {
  for (let j = 0; j < n; j++) {
    const inverse = 1 / Math.sqrt(values[runningVar + j] + EPSILON);
    let [sum, productSum] = [0, 0];
    for (let e = j; e < m * n; e += n) {
      sum += values[dY + e];
      productSum += values[dY + e] * (values[Z + e] - values[runningMean + j]) * inverse;
      values[dY + e] *= values[gamma + j] * inverse;
    }
    values[dbeta + j] = scale * sum;
    values[dgamma + j] = scale * productSum;
  }
}
