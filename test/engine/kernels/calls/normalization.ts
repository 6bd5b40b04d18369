import { type KernelCall, kernelCall, type MatrixOf, positive } from './call.ts';

const perElement: MatrixOf = [({ m, n }) => m * n];
const perUnit: MatrixOf = [({ n }) => n];
const perRow: MatrixOf = [({ m }) => m];
const deviationOfUnit: MatrixOf = [({ n }) => n, positive];
const deviationOfRow: MatrixOf = [({ m }) => m, positive];
const MOMENTUM = 0.1;
/** Large, so that two close numbers are not separated far. */
const EPSILON = 0.1;
const SCALE = 0.25;

/** Batch and layer normalization, forward and backward. */
export const NORMALIZATION_CALLS: readonly KernelCall[] = [
  kernelCall({
    name: 'batchNormalize',
    sizeArguments: ['m', 'n'],
    matrices: {
      Z: perElement,
      Y: perElement,
      gamma: perUnit,
      beta: perUnit,
      mean: perUnit,
      deviation: perUnit,
      runningMean: perUnit,
      runningVariance: deviationOfUnit,
    },
    writes: ['Y', 'mean', 'deviation', 'runningMean', 'runningVariance'],
    call: (kernels, { Y, Z, gamma, beta, mean, deviation, runningMean, runningVariance }, { m, n }) =>
      kernels.batchNormalize(
        ...([Y, Z, gamma, beta, mean, deviation, runningMean, runningVariance] as const),
        ...([m, n, MOMENTUM, EPSILON] as const),
      ),
  }),
  kernelCall({
    name: 'batchNormalizeWithRunning',
    sizeArguments: ['m', 'n'],
    matrices: {
      Z: perElement,
      Y: perElement,
      gamma: perUnit,
      beta: perUnit,
      runningMean: perUnit,
      runningVariance: deviationOfUnit,
    },
    writes: ['Y'],
    inPlace: ['Y', 'Z'],
    call: (kernels, { Y, Z, gamma, beta, runningMean, runningVariance }, { m, n }) =>
      kernels.batchNormalizeWithRunning(Y, Z, gamma, beta, runningMean, runningVariance, m, n, EPSILON),
  }),
  kernelCall({
    name: 'batchNormalizationGradient',
    sizeArguments: ['m', 'n'],
    matrices: {
      Z: perElement,
      dY: perElement,
      dZ: perElement,
      gamma: perUnit,
      mean: perUnit,
      deviation: deviationOfUnit,
      dgamma: perUnit,
      dbeta: perUnit,
    },
    writes: ['dZ', 'dgamma', 'dbeta'],
    inPlace: ['dZ', 'dY'],
    call: (kernels, { dZ, dY, Z, gamma, mean, deviation, dgamma, dbeta }, { m, n }) =>
      kernels.batchNormalizationGradient(dZ, dY, Z, gamma, mean, deviation, dgamma, dbeta, m, n, SCALE),
  }),
  kernelCall({
    name: 'layerNormalize',
    sizeArguments: ['m', 'n'],
    matrices: { Z: perElement, Y: perElement, gamma: perUnit, beta: perUnit, mean: perRow, deviation: perRow },
    writes: ['Y', 'mean', 'deviation'],
    call: (kernels, { Y, Z, gamma, beta, mean, deviation }, { m, n }) =>
      kernels.layerNormalize(Y, Z, gamma, beta, mean, deviation, m, n, EPSILON),
  }),
  kernelCall({
    name: 'layerNormalizationGradient',
    sizeArguments: ['m', 'n'],
    matrices: {
      Z: perElement,
      dY: perElement,
      dZ: perElement,
      gamma: perUnit,
      mean: perRow,
      deviation: deviationOfRow,
      dgamma: perUnit,
      dbeta: perUnit,
    },
    writes: ['dZ', 'dgamma', 'dbeta'],
    inPlace: ['dZ', 'dY'],
    call: (kernels, { dZ, dY, Z, gamma, mean, deviation, dgamma, dbeta }, { m, n }) =>
      kernels.layerNormalizationGradient(dZ, dY, Z, gamma, mean, deviation, dgamma, dbeta, m, n, SCALE),
  }),
];
