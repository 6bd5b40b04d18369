/**
 * The notes' product, for k inputs, n units and m rows.
 *
 * Parameters: W (n, k), b (n, 1).
 * Forward, from A (k, m):
 *   Z (n, m) = W A + b
 * Backward, from dZ (n, m):
 *   dW (n, k) = (1/m) dZ Aᵀ
 *   db (n, 1) = (1/m) Σ dZ over the rows
 *   dA (k, m) = Wᵀ dZ
 */
import { type Kernels, NONE } from '../kernels/kernels.ts';
import type { LayerMemory } from '../memory/layerMemory.ts';
import type { ParameterShape } from '../memory/parameters.ts';
import { drawBias, INITIALIZERS } from './initializers.ts';
import { IN_PLACE, type LayerCost, type LayerInput, type PlannedLayer } from './layer.ts';
import type { CompleteLayer, CreateLayer, LayerPosition } from './layerSpec.ts';
import { cancelsBias } from './normalizations.ts';

/** The product of a layer whose inputs are all dense. */
export const createDense: CreateLayer = (spec, position) => {
  const { inputs, oneHot } = position;
  if (oneHot.length > 0) return null;
  const { units } = spec;
  return {
    outputs: units,
    parameters: denseParameters(spec, position),
    cost: denseCost(units, inputs, inputs),
    minRows: 1,
    plan(memory, input) {
      const product = allocateProduct(memory, input, spec, inputs);
      return planProduct(product, product.b);
    },
  };
};

/** W (units, inputs), drawn by the initializer, and b (units, 1), which starts at 0 or is drawn. */
export function denseParameters(
  { units, initializer }: CompleteLayer,
  { inputs, drawsBiases }: LayerPosition,
): readonly ParameterShape[] {
  const draw = INITIALIZERS[initializer];
  return [
    {
      name: 'W',
      shape: [units, inputs],
      kind: 'weight',
      initial: (generator) => draw(generator, inputs, units),
    },
    {
      name: 'b',
      shape: [units, 1],
      kind: 'bias',
      initial: (generator) => (drawsBiases ? drawBias(generator, inputs, units) : 0),
    },
  ];
}

/**
 * Cost of a product with `dense` multiplied inputs; of all its inputs, a row reads the weights of
 * `read`.
 */
export function denseCost(units: number, dense: number, read: number): LayerCost {
  return {
    multiplyAdds: units * read,
    sharedMultiplyAdds: units * dense,
    // Z, and the two buffers that gradients alternate between.
    activations: 3 * units,
  };
}

/** Sizes and offsets of a product. */
export interface Product {
  /** Multiplied inputs. */
  readonly dense: number;
  readonly n: number;
  readonly W: number;
  readonly b: number;
  readonly dW: number;
  /**
   * NONE where normalization cancels b: db is 0, and only rounding errors could be computed for it.
   */
  readonly db: number;
  readonly A: number;
  readonly Z: number;
  readonly dA: number;
}

/** Allocates Z, and dA where it is needed, of a product with `dense` multiplied inputs. */
export function allocateProduct(
  memory: LayerMemory,
  { X: A, needsGradient }: LayerInput,
  { units: n, normalization }: CompleteLayer,
  dense: number,
): Product {
  const { value: W, gradient: dW } = memory.parameter('W');
  const { value: b, gradient } = memory.parameter('b');
  return {
    dense,
    n,
    W,
    b,
    dW,
    db: cancelsBias(normalization) ? NONE : gradient,
    A,
    Z: memory.allocate(n * memory.rows),
    dA: needsGradient ? memory.gradient(dense * memory.rows) : NONE,
  };
}

/** Plans the product. Z starts from `start` (n, 1), or from what it is where that is `NONE`. */
export function planProduct({ dense: k, n, W, dW, db, A, Z, dA }: Product, start: number): PlannedLayer {
  function parameterGradients(kernels: Kernels, dZ: number, m: number, scale: number): void {
    kernels.weightGradient(dW, dZ, A, m, k, n, scale);
    if (db !== NONE) kernels.biasGradient(db, dZ, m, n, scale);
  }
  return {
    output: Z,
    isOverwritable: true,
    inputGradient: dA,
    forward(kernels, X, m) {
      kernels.affine(Z, W, X, start, m, k, n);
      return Z;
    },
    backward(kernels, dZ, m, scale) {
      parameterGradients(kernels, dZ, m, scale);
      if (dA !== NONE) kernels.inputGradient(dA, W, dZ, m, k, n);
      return dA;
    },
    product: {
      forwardThrough:
        ({ activation, A: output }) =>
        (kernels, X, m) => {
          kernels.affineActivate(activation, output, Z, W, X, start, m, k, n);
          return output;
        },
      backwardThrough({ activation, Y, A: output, dY }) {
        const target = dY === IN_PLACE ? dA : dY;
        return (kernels, dZ, m, scale) => {
          parameterGradients(kernels, dZ, m, scale);
          kernels.inputGradientThrough(activation, target, dA, W, dZ, Y, output, m, k, n);
          return target;
        };
      },
    },
  };
}
