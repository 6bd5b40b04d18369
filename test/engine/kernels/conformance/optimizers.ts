import { describe, it } from 'vitest';
import { type CreateKernels, type Kernels, NONE } from '../../../../src/engine/kernels/kernels.ts';
import { expectConformance, ulps } from '../arrangement.ts';
import { normals, SIZES, uniforms } from '../numbers.ts';

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
  readonly step: (kernels: Kernels, at: Offsets, count: number) => void;
}

const STEPS: readonly Step[] = [
  {
    name: 'sgd',
    step: (kernels, { X, dX }, count) => kernels.sgd(X, dX, NONE, count, 0.1, 0, false, 0.01, false),
  },
  {
    name: 'sgd, first with momentum',
    step: (kernels, { X, dX, mean }, count) => kernels.sgd(X, dX, mean, count, 0.1, 0.9, false, 0.01, true),
  },
  {
    name: 'sgd with momentum',
    step: (kernels, { X, dX, mean }, count) => kernels.sgd(X, dX, mean, count, 0.1, 0.9, false, 0.01, false),
  },
  {
    name: 'sgd with Nesterov momentum',
    step: (kernels, { X, dX, mean }, count) => kernels.sgd(X, dX, mean, count, 0.1, 0.9, true, 0, false),
  },
  {
    name: 'rmsprop',
    step: (kernels, { X, dX, square }, count) => kernels.rmsprop(X, dX, square, NONE, count, 0.01, 0.99, 0, 1e-8, 0.01),
  },
  {
    name: 'rmsprop with momentum',
    step: (kernels, { X, dX, mean, square }, count) =>
      kernels.rmsprop(X, dX, square, mean, count, 0.01, 0.99, 0.9, 1e-8, 0),
  },
  {
    name: 'adagrad',
    step: (kernels, { X, dX, square }, count) => kernels.adagrad(X, dX, square, count, 0.05, 1e-10, 0.01),
  },
  {
    name: 'adam at its first step',
    step: (kernels, { X, dX, mean, square }, count) =>
      kernels.adam(X, dX, mean, square, count, 0.001, 0.9, 0.999, 1e-8, 0.01, false, 1),
  },
  {
    name: 'adam with decoupled weight decay',
    step: (kernels, { X, dX, mean, square }, count) =>
      kernels.adam(X, dX, mean, square, count, 0.001, 0.9, 0.999, 1e-8, 0.01, true, 1000),
  },
  {
    name: 'lion',
    step: (kernels, { X, dX, mean }, count) => kernels.lion(X, dX, mean, count, 0.01, 0.9, 0.99, 0.01),
  },
];

/** One step of each optimizer: parameters and what it keeps. */
export function conformInOptimizers(createKernels: CreateKernels): void {
  describe.each(STEPS)('$name', ({ step }) => {
    it.each(SIZES)('moves %i parameters', (count) => {
      expectConformance(
        createKernels,
        {
          matrices: {
            X: normals(count, 1),
            dX: normals(count, 2),
            mean: normals(count, 3),
            square: uniforms(count, 4).map((x) => x + 0.01),
          },
          writes: ['X', 'mean', 'square'],
          call: (kernels, at) => step(kernels, at, count),
        },
        // Each number is a sum of two or three of about one unit.
        ulps(4, 1),
      );
    });
  });
}
