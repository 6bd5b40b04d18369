import { type Kernels, NONE } from '../../../src/engine/kernels/kernels.ts';
import { normals, wholeNumbers } from './numbers.ts';

/**
 * A kernel with work for several threads: sizes are not multiples of vectors or tiles. Its result
 * is compared too.
 */
interface SharedWork {
  readonly name: string;
  readonly run: (kernels: Kernels) => unknown;
}

const m = 333;
const k = 150;
const n = 301;
const c = 3;
const count = m * n;

// Four matrices (n, m), one (n, k) and one (k, m), and five vectors as long as either side.
const [A, B, C, D] = [0, count, 2 * count, 3 * count];
const W = 4 * count;
const X = W + k * n;
const [p, q, r, s, t] = [0, 1, 2, 3, 4].map((vector) => X + k * m + vector * m);
const NUMBERS = t + m;
const rows = 0;
const codes = m;
const starts = m + 2 * m * c;

// An embedding of f inputs with d numbers and three bins each; the other inputs of X follow.
const f = 10;
const d = 24;
const bins = 3 * f;
const others = 20;
const [w, b, slope, shift, edges, V, scratch] = [0, 1, 2, 3, 4, 5, 9].map((matrix) => W + matrix * bins * d);

export const SIZE = { numbers: NUMBERS, indices: starts + f + 1 };
const START = normals(NUMBERS, 3);
const INDICES = [...wholeNumbers(m, m, 4), ...wholeNumbers(m * c, k, 5), ...wholeNumbers(m * c, k, 6)];
const STARTS = Array.from({ length: f + 1 }, (_input, j) => 3 * j);

const bfloat16 = (kernels: Kernels): Kernels => kernels.withProductInputs('bfloat16');

/** The same numbers each time. Squares in the state of optimizers are not negative. */
export function fill({ values, indices }: Kernels): void {
  values.set(START);
  for (const start of [C, D]) for (let e = start; e < start + count; e++) values[e] = Math.abs(values[e]);
  indices.set(INDICES);
  indices.set(STARTS, starts);
}

export const SHARED_WORK: readonly SharedWork[] = [
  { name: 'affine', run: (kernels) => kernels.affine(A, W, X, p, m, k, n) },
  { name: 'weightGradient', run: (kernels) => kernels.weightGradient(W, A, X, m, k, n, 1 / m) },
  { name: 'inputGradient', run: (kernels) => kernels.inputGradient(X, W, A, m, k, n) },
  { name: 'affine in bfloat16', run: (kernels) => bfloat16(kernels).affine(A, W, X, p, m, k, n) },
  { name: 'weightGradient in bfloat16', run: (kernels) => bfloat16(kernels).weightGradient(W, A, X, m, k, n, 1 / m) },
  { name: 'inputGradient in bfloat16', run: (kernels) => bfloat16(kernels).inputGradient(X, W, A, m, k, n) },
  { name: 'affineActivate', run: (kernels) => kernels.affineActivate('gelu', B, A, W, X, p, m, k, n) },
  {
    name: 'affineActivate on what is there, in bfloat16',
    run: (kernels) => bfloat16(kernels).affineActivate('gelu', A, A, W, X, NONE, m, k, n),
  },
  {
    name: 'inputGradientThrough',
    run: (kernels) => kernels.inputGradientThrough('gelu', X, X, W, A, B, C, m, k, n),
  },
  {
    name: 'inputGradientThrough in bfloat16',
    run: (kernels) => bfloat16(kernels).inputGradientThrough('gelu', X, X, W, A, B, C, m, k, n),
  },
  { name: 'gramOfUnits', run: (kernels) => kernels.gramOfUnits(A, W, k, n) },
  { name: 'gramOfInputs', run: (kernels) => kernels.gramOfInputs(A, W, k, n) },
  { name: 'gramOfUnits in bfloat16', run: (kernels) => bfloat16(kernels).gramOfUnits(A, W, k, n) },
  { name: 'gramOfInputs in bfloat16', run: (kernels) => bfloat16(kernels).gramOfInputs(A, W, k, n) },
  { name: 'biasGradient', run: (kernels) => kernels.biasGradient(p, A, m, n, 1 / m) },
  { name: 'gatherRows', run: (kernels) => kernels.gatherRows(A, B, rows, m, n) },
  { name: 'gatherCodes', run: (kernels) => kernels.gatherCodes(codes + m * c, codes, rows, m, c) },
  { name: 'addRows', run: (kernels) => kernels.addRows(A, p, W, NONE, codes, m, k, c, n) },
  { name: 'rowGradient', run: (kernels) => kernels.rowGradient(W, A, codes, m, k, c, n, 1 / m) },
  { name: 'cosine', run: (kernels) => kernels.cosine(A, X, w, b, slope, shift, m, others, f, d) },
  {
    name: 'cosineGradient',
    run: (kernels) => kernels.cosineGradient(B, C, D, V, A, X, w, b, slope, m, others, f, d, 1 / m),
  },
  {
    name: 'piecewiseLinear',
    run: (kernels) => kernels.piecewiseLinear(A, X, edges, starts, slope, shift, V, scratch, m, others, f, d, bins),
  },
  {
    name: 'piecewiseLinearGradient',
    run: (kernels) =>
      kernels.piecewiseLinearGradient(slope, shift, V, scratch, A, X, edges, starts, m, others, f, d, bins, 1 / m),
  },
  { name: 'activate', run: (kernels) => kernels.activate('gelu', A, A, count) },
  { name: 'activationGradient', run: (kernels) => kernels.activationGradient('gelu', A, A, B, C, count) },
  { name: 'dropout', run: (kernels) => kernels.dropout(A, B, count, 0.3, 1, 2) },
  {
    name: 'batchNormalize',
    run: (kernels) => kernels.batchNormalize(A, B, p, q, r, s, t, C, m, n, 0.1, 1e-5),
  },
  {
    name: 'batchNormalizeWithRunning',
    run: (kernels) => kernels.batchNormalizeWithRunning(A, A, p, q, r, C, m, n, 1e-5),
  },
  {
    name: 'batchNormalizationGradient',
    run: (kernels) => kernels.batchNormalizationGradient(A, A, B, p, q, r, s, t, m, n, 1 / m),
  },
  { name: 'layerNormalize', run: (kernels) => kernels.layerNormalize(A, B, p, q, r, s, m, n, 1e-5) },
  {
    name: 'layerNormalizationGradient',
    run: (kernels) => kernels.layerNormalizationGradient(A, A, B, p, q, r, s, t, m, n, 1 / m),
  },
  { name: 'mse', run: (kernels) => kernels.mse(A, B, C, NONE, m, n, 0) },
  { name: 'softmax', run: (kernels) => kernels.softmax(A, A, m, n) },
  { name: 'sumOfSquares', run: (kernels) => kernels.sumOfSquares(A, NUMBERS) },
  { name: 'scale', run: (kernels) => kernels.scale(A, count, 0.3) },
  { name: 'divideByNorm', run: (kernels) => kernels.divideByNorm(A, NUMBERS) },
  { name: 'axpby', run: (kernels) => kernels.axpby(A, B, count, 0.3, 0.7) },
  { name: 'addPenaltyGradient', run: (kernels) => kernels.addPenaltyGradient(A, B, count, 0.1, 0.2) },
  { name: 'sgd', run: (kernels) => kernels.sgd(A, B, C, count, 0.1, 0.9, true, 0.01, false) },
  { name: 'rmsprop', run: (kernels) => kernels.rmsprop(A, B, C, D, count, 0.1, 0.9, 0.5, 1e-8, 0.01) },
  { name: 'adagrad', run: (kernels) => kernels.adagrad(A, B, C, count, 0.1, 1e-8, 0.01) },
  {
    name: 'adam',
    run: (kernels) => kernels.adam(A, B, C, D, count, 0.1, 0.9, 0.999, 1e-8, 0.01, true, 1 - 0.9 ** 3, 1 - 0.999 ** 3),
  },
  { name: 'lion', run: (kernels) => kernels.lion(A, B, C, count, 0.1, 0.9, 0.99, 0.01) },
  { name: 'average', run: (kernels) => kernels.average(A, B, count, 0.97) },
  { name: 'nesterov', run: (kernels) => kernels.nesterov(A, B, C, count, 0.95) },
];
