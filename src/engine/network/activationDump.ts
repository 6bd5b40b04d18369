import { NONE } from '../kernels/kernels.ts';
import { type Matrix, type Numbers, readMatrix } from '../matrix.ts';
import type { Plan, PlannedLink } from './plan.ts';

/** Copies of what the last training pass left in layer l, each (n[l], m). */
export interface ActivationDump {
  /** l, from 1. */
  readonly layer: number;
  /** null where A overwrote it. */
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
  const activations = chain.filter(({ activation }) => activation !== undefined);
  return activations.map(({ layer, output: A, outputGradient: dA, outputs: n }) => {
    const { output: Z, outputGradient: dZ } = firstOf(chain, layer);
    const read = (offset: number): Matrix => readMatrix(values, offset, n, m);
    const storesBoth = dA !== NONE && dA !== dZ;
    return {
      layer,
      Z: Z === A ? null : read(Z),
      A: read(A),
      dA: storesBoth ? read(dA) : null,
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
