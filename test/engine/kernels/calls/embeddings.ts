import { uniforms } from '../numbers.ts';
import { type Fill, type KernelCall, kernelCall, type MatrixOf, type Sizes } from './call.ts';

// Of an embedding: c inputs become n numbers each, and k others follow.
const inputs: MatrixOf = [({ m, k, c }) => m * (c + k)];
const outputs: MatrixOf = [({ m, k, n, c }) => m * (c * n + k)];
const perNumber: MatrixOf = [({ n, c }) => c * n];
const perWave: MatrixOf = [({ n, c }) => c * (n - 1)];

/** The bins of the first c inputs, which have 1, 2, 3, 1, 2, … of them. */
function bins({ c }: Pick<Sizes, 'c'>): number {
  return 6 * Math.floor(c / 3) + (c % 3 === 2 ? 3 : c % 3);
}

/** The first bin of each input, and the number of all bins. */
function starts({ c }: Sizes): number[] {
  return Array.from({ length: c + 1 }, (_input, first) => bins({ c: first }));
}

/** For each input, edges that rise by at least 0.3 from about -1. */
const edges: Fill = (_count, seed, sizes) => {
  const first = starts(sizes);
  return first.slice(0, -1).flatMap((start, input) => {
    let edge = -1.3;
    return uniforms(first[input + 1] - start + 1, seed + input).map((step) => (edge += 0.3 + step));
  });
};

const edgesOf: MatrixOf = [(sizes) => bins(sizes) + sizes.c, edges];
const perBin: MatrixOf = [(sizes) => bins(sizes) * sizes.n];
const SCALE = 0.25;

/** Embeddings of numbers, forward and backward. */
export const EMBEDDING_CALLS: readonly KernelCall[] = [
  kernelCall({
    name: 'cosine',
    sizeArguments: ['m', 'k', 'c', 'n'],
    matrices: { E: outputs, X: inputs, w: perWave, b: perWave, s: perNumber, t: perNumber },
    writes: ['E'],
    call: (kernels, { E, X, w, b, s, t }, { m, k, c, n }) => kernels.cosine(E, X, w, b, s, t, m, k, c, n),
  }),
  kernelCall({
    name: 'cosineGradient',
    sizeArguments: ['m', 'k', 'c', 'n'],
    matrices: {
      dw: perWave,
      db: perWave,
      ds: perNumber,
      dt: perNumber,
      dE: outputs,
      X: inputs,
      w: perWave,
      b: perWave,
      s: perNumber,
    },
    writes: ['dw', 'db', 'ds', 'dt'],
    call: (kernels, { dw, db, ds, dt, dE, X, w, b, s }, { m, k, c, n }) =>
      kernels.cosineGradient(...([dw, db, ds, dt, dE, X, w, b, s] as const), m, k, c, n, SCALE),
  }),
  kernelCall({
    name: 'piecewiseLinear',
    sizeArguments: ['m', 'k', 'c', 'n'],
    matrices: {
      E: outputs,
      X: inputs,
      edges: edgesOf,
      slope: perNumber,
      intercept: perNumber,
      V: perBin,
      below: perBin,
    },
    indices: starts,
    writes: ['E', 'below'],
    call: (kernels, { E, X, edges, index, slope, intercept, V, below }, sizes) =>
      kernels.piecewiseLinear(
        ...([E, X, edges, index, slope, intercept, V, below] as const),
        ...([sizes.m, sizes.k, sizes.c, sizes.n, bins(sizes)] as const),
      ),
  }),
  kernelCall({
    name: 'piecewiseLinearGradient',
    sizeArguments: ['m', 'k', 'c', 'n'],
    matrices: {
      dslope: perNumber,
      dintercept: perNumber,
      dV: perBin,
      inBin: perBin,
      dE: outputs,
      X: inputs,
      edges: edgesOf,
    },
    indices: starts,
    writes: ['dslope', 'dintercept', 'dV', 'inBin'],
    call: (kernels, { dslope, dintercept, dV, inBin, dE, X, edges, index }, sizes) =>
      kernels.piecewiseLinearGradient(
        ...([dslope, dintercept, dV, inBin, dE, X, edges, index] as const),
        ...([sizes.m, sizes.k, sizes.c, sizes.n, bins(sizes), SCALE] as const),
      ),
  }),
];
