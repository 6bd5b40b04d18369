import { type Kernels, NONE } from '../../../../src/engine/kernels/kernels.ts';
import { type KernelCall, kernelCall, type MatrixOf, positive } from './call.ts';

interface Offsets {
  readonly X: number;
  readonly dX: number;
  /** A mean of gradients, of either sign. */
  readonly mean: number;
  /** A mean or sum of squares. */
  readonly square: number;
}

interface Step {
  readonly name: string;
  /** The state of the optimizer. */
  readonly uses: readonly ('mean' | 'square')[];
  readonly step: (kernels: Kernels, at: Offsets, count: number) => void;
}

const STEPS: readonly Step[] = [
  {
    name: 'sgd',
    uses: [],
    step: (kernels, { X, dX }, count) => kernels.sgd(X, dX, NONE, count, 0.1, 0, false, 0.01, false),
  },
  {
    name: 'sgd, first with momentum',
    uses: ['mean'],
    step: (kernels, { X, dX, mean }, count) => kernels.sgd(X, dX, mean, count, 0.1, 0.9, false, 0.01, true),
  },
  {
    name: 'sgd with momentum',
    uses: ['mean'],
    step: (kernels, { X, dX, mean }, count) => kernels.sgd(X, dX, mean, count, 0.1, 0.9, false, 0.01, false),
  },
  {
    name: 'sgd with Nesterov momentum',
    uses: ['mean'],
    step: (kernels, { X, dX, mean }, count) => kernels.sgd(X, dX, mean, count, 0.1, 0.9, true, 0, false),
  },
  {
    name: 'rmsprop',
    uses: ['square'],
    step: (kernels, { X, dX, square }, count) => kernels.rmsprop(X, dX, square, NONE, count, 0.01, 0.99, 0, 1e-8, 0.01),
  },
  {
    name: 'rmsprop with momentum',
    uses: ['mean', 'square'],
    step: (kernels, { X, dX, mean, square }, count) =>
      kernels.rmsprop(X, dX, square, mean, count, 0.01, 0.99, 0.9, 1e-8, 0),
  },
  {
    name: 'adagrad',
    uses: ['square'],
    step: (kernels, { X, dX, square }, count) => kernels.adagrad(X, dX, square, count, 0.05, 1e-10, 0.01),
  },
  {
    name: 'adam at its first step',
    uses: ['mean', 'square'],
    step: (kernels, { X, dX, mean, square }, count) =>
      kernels.adam(X, dX, mean, square, count, 0.001, 0.9, 0.999, 1e-8, 0.01, false, 1 - 0.9, 1 - 0.999),
  },
  {
    name: 'adam with decoupled weight decay',
    uses: ['mean', 'square'],
    step: (kernels, { X, dX, mean, square }, count) =>
      kernels.adam(X, dX, mean, square, count, 0.001, 0.9, 0.999, 1e-8, 0.01, true, 1 - 0.9 ** 1000, 1 - 0.999 ** 1000),
  },
  {
    name: 'lion',
    uses: ['mean'],
    step: (kernels, { X, dX, mean }, count) => kernels.lion(X, dX, mean, count, 0.01, 0.9, 0.99, 0.01),
  },
];

const each: MatrixOf = [({ count }) => count];
const STATE: Readonly<Record<'mean' | 'square', MatrixOf>> = { mean: each, square: [({ count }) => count, positive] };

const averageCall = kernelCall<string>({
  name: 'average',
  sizeArguments: ['count'],
  matrices: { P: each, X: each },
  writes: ['P'],
  mayBeAbsent: [],
  call: (kernels, { P, X }, { count }) => kernels.average(P, X, count, 0.97),
});

const nesterovCall = kernelCall({
  name: 'nesterov',
  sizeArguments: ['count'],
  matrices: { U: each, mean: each, dX: each },
  writes: ['U', 'mean'],
  call: (kernels, { U, mean, dX }, { count }) => kernels.nesterov(U, mean, dX, count, 0.95),
});

/** One step of each optimizer, of Muon's momentum and of the average, over `count` parameters. */
export const OPTIMIZER_CALLS: readonly KernelCall[] = [...STEPS.map(callOf), nesterovCall, averageCall];

function callOf({ name, uses, step }: Step): KernelCall {
  return kernelCall<string>({
    name,
    sizeArguments: ['count'],
    matrices: { X: each, dX: each, ...Object.fromEntries(uses.map((name) => [name, STATE[name]])) },
    writes: ['X', ...uses],
    mayBeAbsent: name.startsWith('sgd') || name.startsWith('rmsprop') ? ['mean'] : [],
    call: (kernels, { X, dX, mean, square }, { count }) => step(kernels, { X, dX, mean, square }, count),
  });
}
