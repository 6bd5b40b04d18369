import { ACTIVATIONS } from '../../../../src/engine/kernels/kernels.ts';
import { type KernelCall, kernelCall, type MatrixOf } from './call.ts';

const each: MatrixOf = [({ count }) => count];

/** Kernels over a run of numbers, except the optimizers. */
export const ELEMENTWISE_CALLS: readonly KernelCall[] = [
  ...ACTIVATIONS.flatMap((activation) => [
    kernelCall({
      name: activation,
      sizeArguments: ['count'],
      matrices: { Z: each, A: each },
      writes: ['A'],
      inPlace: ['A', 'Z'],
      call: (kernels, { A, Z }, { count }) => kernels.activate(activation, A, Z, count),
    }),
    kernelCall({
      name: `${activation}Gradient`,
      sizeArguments: ['count'],
      // A must be g(Z), because some slopes follow from one and some from the other.
      matrices: { Z: each, A: each, dA: each, dZ: each },
      writes: ['A', 'dZ'],
      inPlace: ['dZ', 'dA'],
      prepare: (kernels, { Z, A }, { count }) => kernels.activate(activation, A, Z, count),
      call: (kernels, { dZ, dA, Z, A }, { count }) => kernels.activationGradient(activation, dZ, dA, Z, A, count),
    }),
  ]),
  kernelCall({
    name: 'dropout',
    sizeArguments: ['count'],
    matrices: { source: each, target: each },
    writes: ['target'],
    inPlace: ['target', 'source'],
    call: (kernels, { target, source }, { count }) => kernels.dropout(target, source, count, 0.3, 0xfedcba98, 77),
  }),
  kernelCall({
    name: 'sumOfSquares',
    sizeArguments: ['count'],
    matrices: { X: each },
    writes: [],
    call: (kernels, { X }, { count }) => kernels.sumOfSquares(X, count),
  }),
  kernelCall({
    name: 'scale',
    sizeArguments: ['count'],
    matrices: { X: each },
    writes: ['X'],
    call: (kernels, { X }, { count }) => kernels.scale(X, count, 0.37),
  }),
  kernelCall({
    name: 'divideByNorm',
    sizeArguments: ['count'],
    matrices: { X: each },
    writes: ['X'],
    call: (kernels, { X }, { count }) => kernels.divideByNorm(X, count),
  }),
  kernelCall({
    name: 'axpby',
    sizeArguments: ['count'],
    matrices: { X: each, Y: each },
    writes: ['Y'],
    inPlace: ['Y', 'X'],
    call: (kernels, { Y, X }, { count }) => kernels.axpby(Y, X, count, 0.37, -1.7),
  }),
  kernelCall({
    name: 'axpby without Y',
    sizeArguments: ['count'],
    matrices: { X: each, Y: each },
    writes: ['Y'],
    inPlace: ['Y', 'X'],
    call: (kernels, { Y, X }, { count }) => kernels.axpby(Y, X, count, 0.37, 0),
  }),
  kernelCall({
    name: 'addPenaltyGradient',
    sizeArguments: ['count'],
    matrices: { W: each, dW: each },
    writes: ['dW'],
    call: (kernels, { dW, W }, { count }) => kernels.addPenaltyGradient(dW, W, count, 0.1, 0.01),
  }),
];
