import { NONE } from '../kernels/kernels.ts';
import { type Matrix, type Numbers, readMatrix } from '../matrix.ts';
import type { Plan, PlannedLink } from './plan.ts';

/** Copies of what the last training pass left in layer l, each (n[l], m). */
export interface ActivationDump {
  /** l, from 1; 0: the embedding, whose E is its A. */
  readonly layer: number;
  /** null where A overwrote it, and of layer 0. */
  readonly Z: Matrix | null;
  readonly A: Matrix;
  /**
   * Gradients of the rows' summed loss, before the notes' 1/m. null where the plan does not store
   * them.
   */
  readonly dA: Matrix | null;
  readonly dZ: Matrix | null;
}

/**
 * Copies Z, A, dA and dZ of every layer out of the arena, for the m rows of the last training pass.
 */
export function dumpActivations(values: Numbers, { chain }: Plan, m: number): readonly ActivationDump[] {
  const activations = chain.filter(({ layer, activation }) => layer === 0 || activation !== undefined);
  return activations.map(({ layer, output: A, outputGradient: dA, outputs: n }) => {
    const { output: Z, outputGradient: dZ } = firstOf(chain, layer);
    const read = (offset: number): Matrix => readMatrix(values, offset, n, m);
    const storesBoth = dA !== NONE && dA !== dZ;
    // The backward pass writes the gradient of layer 0 last, so nothing has overwritten it.
    const storesGradient = storesBoth || (dA !== NONE && layer === 0);
    return {
      layer,
      Z: Z === A ? null : read(Z),
      A: read(A),
      dA: storesGradient ? read(dA) : null,
      dZ: storesBoth ? read(dZ) : null,
    };
  });
}

/** The product of layer l: its first link. */
function firstOf(chain: Plan['chain'], l: number): PlannedLink {
  const first = chain.find(({ layer }) => layer === l);
  if (first === undefined) throw new RangeError(`The network has no layer ${l}.`);
  return first;
}
