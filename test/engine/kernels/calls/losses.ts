import { type ElementwiseLoss, NONE } from '../../../../src/engine/kernels/kernels.ts';
import { ELEMENTWISE_LOSSES } from '../../../../src/engine/kernels/signatures.ts';
import { wholeNumbers } from '../numbers.ts';
import { type Fill, type KernelCall, kernelCall, type MatrixOf, positive } from './call.ts';

const perOutput: MatrixOf = [({ m, n }) => m * n];
const perRow: MatrixOf = [({ m }) => m, positive];
const perClass: MatrixOf = [({ n }) => n, positive];
const classes: Fill = (count, seed, { n }) => wholeNumbers(count, n, seed);
/** Huber's delta or quantile's level. */
const PARAMETER = 0.7;
const SMOOTHING = 0.1;

/**
 * Losses that compare each output with its own target. Object.keys forgets the names of a constant
 * table.
 */
export const LOSS_NAMES = Object.keys(ELEMENTWISE_LOSSES) as ElementwiseLoss[];

/** The losses, with weights and without, and softmax. */
export const LOSS_CALLS: readonly KernelCall[] = [
  ...LOSS_NAMES.flatMap((loss) => [
    kernelCall({
      name: loss,
      sizeArguments: ['m', 'n'],
      matrices: { A: perOutput, T: [({ m, n }) => m * n, positive], dA: perOutput },
      writes: ['dA'],
      mayBeAbsent: ['dA'],
      call: (kernels, { dA, A, T }, { m, n }) => kernels[loss](dA, A, T, NONE, m, n, PARAMETER),
    }),
    kernelCall({
      name: `${loss} with weights`,
      sizeArguments: ['m', 'n'],
      matrices: { A: perOutput, T: [({ m, n }) => m * n, positive], rows: perRow, dA: perOutput },
      writes: ['dA'],
      mayBeAbsent: ['rows', 'dA'],
      call: (kernels, { dA, A, T, rows }, { m, n }) => kernels[loss](dA, A, T, rows, m, n, PARAMETER),
    }),
  ]),
  kernelCall({
    name: 'crossEntropy',
    sizeArguments: ['m', 'n'],
    matrices: { A: perOutput, T: [({ m }) => m, classes], dA: perOutput },
    writes: ['dA'],
    mayBeAbsent: ['dA'],
    call: (kernels, { dA, A, T }, { m, n }) => kernels.crossEntropy(dA, A, T, NONE, NONE, m, n, 0),
  }),
  kernelCall({
    name: 'crossEntropy with weights and smoothing',
    sizeArguments: ['m', 'n'],
    matrices: { A: perOutput, T: [({ m }) => m, classes], rows: perRow, classes: perClass, dA: perOutput },
    writes: ['dA'],
    mayBeAbsent: ['rows', 'classes', 'dA'],
    call: (kernels, at, { m, n }) => kernels.crossEntropy(at.dA, at.A, at.T, at.rows, at.classes, m, n, SMOOTHING),
  }),
  kernelCall({
    name: 'softmax',
    sizeArguments: ['m', 'n'],
    matrices: { A: perOutput, P: perOutput },
    writes: ['P'],
    inPlace: ['P', 'A'],
    call: (kernels, { P, A }, { m, n }) => kernels.softmax(P, A, m, n),
  }),
];
