/**
 * The product whose last inputs are one-hot: of each column's inputs, a row has one at 1 and the
 * others at 0. A row stores one code per column instead: the number of the input that is 1 among
 * all one-hot inputs.
 *
 * For k inputs, the first `dense` of them multiplied, c columns, n units and m rows:
 *
 * Parameters: W (n, k) = [D | E], with D (n, dense) and E (n, k - dense); b (n, 1).
 * Forward, from A (dense, m) and codes (c, m):
 *   Z (n, m) = D A + b + for each row the sum of the c columns of E that its codes name
 * Backward, from dZ (n, m):
 *   dE[:, j] (n, 1) = (1/m) Σ dZ over the rows with a code j
 *   dD, db and dA as in `dense.ts`
 */
import { type Kernels, NONE } from '../kernels/kernels.ts';
import type { LayerMemory } from '../memory/layerMemory.ts';
import { allocateProduct, denseCost, denseParameters, type Product, planProduct } from './dense.ts';
import { type OneHotColumn, oneHotInputs } from './inputs.ts';
import type { FusableProduct, LayerInput, PlannedLayer } from './layer.ts';
import type { CreateLayer } from './layerSpec.ts';

/** The product of a layer that has one-hot inputs. */
export const createOneHot: CreateLayer = (spec, position) => {
  const { inputs, oneHot } = position;
  if (oneHot.length === 0) return null;
  const dense = inputs - oneHotInputs(oneHot);
  return {
    outputs: spec.units,
    parameters: denseParameters(spec, position),
    cost: denseCost(spec.units, dense, dense + oneHot.length),
    minRows: 1,
    plan(memory, input) {
      const product = allocateProduct(memory, input, spec, dense);
      const lookup = planLookup(memory, input, product, oneHot);
      return joinLookup(lookup, dense > 0 ? planProduct(product, NONE) : planStart(product));
    },
  };
};

/** The part of the product that belongs to the one-hot inputs. */
interface Lookup extends Required<Pick<PlannedLayer, 'prepareInference'>> {
  /**
   * Z := b + E[:, codes]. Outside training, a row without a code has its column's
   * `unknownCategory`.
   */
  start(kernels: Kernels, m: number, isTraining: boolean): void;
  /** dE. */
  gradient(kernels: Kernels, dZ: number, m: number, scale: number): void;
}

function planLookup(
  { allocate }: LayerMemory,
  { codesIndex }: LayerInput,
  { dense, n, W, b, dW, Z }: Product,
  columns: readonly OneHotColumn[],
): Lookup {
  const c = columns.length;
  const k = oneHotInputs(columns);
  const E = W + dense * n;
  const dE = dW + dense * n;
  /**
   * Each column's inputs without a code (k, 1), and the columns of E that they amount to (n, c).
   */
  const frequencies = allocate(k);
  const unknown = allocate(c * n);
  return {
    start: (kernels, m, isTraining) => kernels.addRows(Z, b, E, isTraining ? NONE : unknown, codesIndex, m, k, c, n),
    gradient: (kernels, dZ, m, scale) => kernels.rowGradient(dE, dZ, codesIndex, m, k, c, n, scale),
    prepareInference(kernels) {
      let first = 0;
      for (const [column, { inputs, unknownCategory = [] }] of columns.entries()) {
        kernels.values.set(unknownCategory, frequencies + first);
        // The product without a bias: E (n, inputs) times the frequencies (inputs, 1).
        kernels.weightGradient(unknown + column * n, E + first * n, frequencies + first, inputs, 1, n, 1);
        first += inputs;
      }
    },
  };
}

/** The product without dense inputs: Z is its start. */
function planStart({ n, db, Z }: Product): PlannedLayer {
  return {
    output: Z,
    isOverwritable: true,
    inputGradient: NONE,
    forward: () => Z,
    backward(kernels, dZ, m, scale) {
      if (db !== NONE) kernels.biasGradient(db, dZ, m, n, scale);
      return NONE;
    },
  };
}

/** The lookup, then the product that adds to its Z. */
function joinLookup(lookup: Lookup, planned: PlannedLayer): PlannedLayer {
  return {
    ...planned,
    prepareInference: lookup.prepareInference,
    forward(kernels, A, m, step) {
      lookup.start(kernels, m, step !== null);
      return planned.forward(kernels, A, m, step);
    },
    backward(kernels, dZ, m, scale, step) {
      lookup.gradient(kernels, dZ, m, scale);
      return planned.backward(kernels, dZ, m, scale, step);
    },
    ...(planned.product === undefined ? {} : { product: joinFused(lookup, planned.product) }),
  };
}

function joinFused(lookup: Lookup, product: FusableProduct): FusableProduct {
  return {
    forwardThrough(next) {
      const forward = product.forwardThrough(next);
      return (kernels, A, m, step) => {
        lookup.start(kernels, m, step !== null);
        return forward(kernels, A, m, step);
      };
    },
    backwardThrough(before) {
      const backward = product.backwardThrough(before);
      return (kernels, dZ, m, scale, step) => {
        lookup.gradient(kernels, dZ, m, scale);
        return backward(kernels, dZ, m, scale, step);
      };
    },
  };
}
