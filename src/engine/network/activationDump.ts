import { NONE } from '../kernels/kernels.ts';
import { type Matrix, type Numbers, readMatrix } from '../matrix.ts';
import type { Plan } from './plan.ts';

/** What a pass left in a layer, each (n, m). */
export interface ActivationDump {
  /** l, from 1. */
  readonly layer: number;
  /** null where A took its place. */
  readonly Z: Matrix | null;
  readonly A: Matrix;
  /** Of the rows' summed loss, before the notes' 1/m; null where no way back was planned. */
  readonly dA: Matrix | null;
  readonly dZ: Matrix | null;
}

/** Copies Z, A, dA and dZ of every layer out of the arena, for the m rows of the last pass. */
export function dumpActivations(values: Numbers, { layers }: Plan, m: number): readonly ActivationDump[] {
  return layers.map(({ n, Z, A, dA, dZ }, index) => {
    const read = (offset: number): Matrix => readMatrix(values, offset, n, m);
    const storesBoth = dA !== NONE && dA !== dZ;
    return {
      layer: index + 1,
      Z: Z === A ? null : read(Z),
      A: read(A),
      dA: storesBoth ? read(dA) : null,
      dZ: storesBoth ? read(dZ) : null,
    };
  });
}
