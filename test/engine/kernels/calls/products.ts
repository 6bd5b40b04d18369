import { wholeNumbers } from '../numbers.ts';
import { type KernelCall, kernelCall } from './call.ts';

const SOURCE_ROWS = 7;

/** A layer's products, and the gathering of rows. */
export const PRODUCT_CALLS: readonly KernelCall[] = [
  kernelCall({
    name: 'gatherRows',
    sizeArguments: ['m', 'n'],
    matrices: { source: [({ n }) => SOURCE_ROWS * n], target: [({ m, n }) => m * n] },
    indices: ({ m }) => wholeNumbers(m, SOURCE_ROWS, 1),
    writes: ['target'],
    call: (kernels, { target, source, index }, { m, n }) => kernels.gatherRows(target, source, index, m, n),
  }),
  kernelCall({
    name: 'affine',
    sizeArguments: ['m', 'k', 'n'],
    matrices: { W: [({ k, n }) => k * n], A: [({ m, k }) => m * k], b: [({ n }) => n], Z: [({ m, n }) => m * n] },
    writes: ['Z'],
    mayBeAbsent: ['b'],
    call: (kernels, { Z, W, A, b }, { m, k, n }) => kernels.affine(Z, W, A, b, m, k, n),
  }),
  kernelCall({
    name: 'weightGradient',
    sizeArguments: ['m', 'k', 'n'],
    matrices: { dZ: [({ m, n }) => m * n], A: [({ m, k }) => m * k], dW: [({ k, n }) => k * n] },
    writes: ['dW'],
    call: (kernels, { dW, dZ, A }, { m, k, n }) => kernels.weightGradient(dW, dZ, A, m, k, n, 0.25),
  }),
  kernelCall({
    name: 'biasGradient',
    sizeArguments: ['m', 'n'],
    matrices: { dZ: [({ m, n }) => m * n], db: [({ n }) => n] },
    writes: ['db'],
    call: (kernels, { db, dZ }, { m, n }) => kernels.biasGradient(db, dZ, m, n, 0.25),
  }),
  kernelCall({
    name: 'inputGradient',
    sizeArguments: ['m', 'k', 'n'],
    matrices: { W: [({ k, n }) => k * n], dZ: [({ m, n }) => m * n], dA: [({ m, k }) => m * k] },
    writes: ['dA'],
    call: (kernels, { dA, W, dZ }, { m, k, n }) => kernels.inputGradient(dA, W, dZ, m, k, n),
  }),
  kernelCall({
    name: 'gramOfUnits',
    sizeArguments: ['k', 'n'],
    matrices: { X: [({ k, n }) => k * n], A: [({ n }) => n * n] },
    writes: ['A'],
    call: (kernels, { A, X }, { k, n }) => kernels.gramOfUnits(A, X, k, n),
  }),
  kernelCall({
    name: 'gramOfInputs',
    sizeArguments: ['k', 'n'],
    matrices: { X: [({ k, n }) => k * n], A: [({ k }) => k * k] },
    writes: ['A'],
    call: (kernels, { A, X }, { k, n }) => kernels.gramOfInputs(A, X, k, n),
  }),
  kernelCall({
    name: 'affineActivate',
    sizeArguments: ['m', 'k', 'n'],
    matrices: {
      ...{ W: [({ k, n }) => k * n], X: [({ m, k }) => m * k], b: [({ n }) => n] },
      ...{ Z: [({ m, n }) => m * n], A: [({ m, n }) => m * n] },
    },
    writes: ['Z', 'A'],
    mayBeAbsent: ['b'],
    inPlace: ['A', 'Z'],
    call: (kernels, { A, Z, W, X, b }, { m, k, n }) => kernels.affineActivate('silu', A, Z, W, X, b, m, k, n),
  }),
  kernelCall({
    name: 'inputGradientThrough',
    sizeArguments: ['m', 'k', 'n'],
    matrices: {
      ...{ W: [({ k, n }) => k * n], dZ: [({ m, n }) => m * n] },
      ...{ Y: [({ m, k }) => m * k], A: [({ m, k }) => m * k] },
      ...{ dA: [({ m, k }) => m * k], dY: [({ m, k }) => m * k] },
    },
    writes: ['dA', 'dY'],
    inPlace: ['dY', 'dA'],
    call: (kernels, { dY, dA, W, dZ, Y, A }, { m, k, n }) =>
      kernels.inputGradientThrough('silu', dY, dA, W, dZ, Y, A, m, k, n),
  }),
];
