import type { Kernels } from '../kernels/kernels.ts';
import type { Numbers } from '../matrix.ts';
import type { Plan } from '../network/plan.ts';
import type { LayerPlan } from './layerPlan.ts';
import type { OneHotPlan } from './oneHotPlan.ts';

/** The code of a row that has none of a column's inputs at 1. */
export const NO_CODE = -1;

/** The codes of rows without one-hot columns. */
export const NO_CODES = new Int32Array(0);

/** Throws RangeError unless there is a code a column and row, each within its column or NO_CODE. */
export function checkCodes({ oneHot }: Plan, codes: Int32Array, rows: number): void {
  const columns = oneHot?.columns ?? [];
  if (codes.length !== rows * columns.length) throw new RangeError(`${codes.length} codes are not ${rows} rows`);
  let first = 0;
  for (const [column, { inputs }] of columns.entries()) {
    const end = first + inputs;
    for (let at = column; at < codes.length; at += columns.length) {
      const code = codes[at];
      if (code === NO_CODE || (code >= first && code < end)) continue;
      throw new RangeError(`code ${code} is none of one-hot column ${column}: ${first} to ${end - 1}`);
    }
    first = end;
  }
}

/** Puts the usual inputs of rows without a code into the arena, once. */
export function loadUnknownCategory(values: Numbers, { oneHot }: Plan): void {
  if (oneHot === null) return;
  let first = oneHot.frequencies;
  for (const { inputs, unknownCategory = [] } of oneHot.columns) {
    values.set(unknownCategory, first);
    first += inputs;
  }
}

/** Makes what rows without a code add to Z, from the present W: infer reads it. */
export function fillUnknownCategory(kernels: Kernels, { oneHot, layers: [layer] }: Plan): void {
  if (oneHot === null) return;
  let first = 0;
  for (const [column, { inputs }] of oneHot.columns.entries()) {
    const E = weightsOf(layer) + first * layer.n;
    // The product that has no bias: E (n, inputs) times the shares (inputs, 1).
    kernels.weightGradient(
      oneHot.unknownCategory + column * layer.n,
      E,
      oneHot.frequencies + first,
      inputs,
      1,
      layer.n,
      1,
    );
    first += inputs;
  }
}

/** Z := b + the columns of W that the batch's codes name. `usual`: as in the kernel. */
export function addOneHot(
  kernels: Kernels,
  layer: LayerPlan,
  oneHot: OneHotPlan,
  m: number,
  unknownCategory: number,
): void {
  const { Z, b, n } = layer;
  const { batchCodesIndex, inputs, columns } = oneHot;
  kernels.addRows(Z, b, weightsOf(layer), unknownCategory, batchCodesIndex, m, inputs, columns.length, n);
}

/** The part of dW that belongs to the one-hot inputs. */
export function oneHotGradient(kernels: Kernels, layer: LayerPlan, oneHot: OneHotPlan, m: number, scale: number): void {
  const { dW, dZ, n, dense } = layer;
  const { batchCodesIndex, inputs, columns } = oneHot;
  kernels.rowGradient(dW + dense * n, dZ, batchCodesIndex, m, inputs, columns.length, n, scale);
}

/** E: the part of W that belongs to the one-hot inputs. */
function weightsOf({ W, dense, n }: LayerPlan): number {
  return W + dense * n;
}
