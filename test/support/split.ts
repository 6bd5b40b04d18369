import { packSplit } from '../../src/training/split/packed.ts';

/** A split of four rows, the last one left out, for tests that are not about splits. */
export const SPLIT = packSplit({ training: Int32Array.of(0), validation: Int32Array.of(1), test: Int32Array.of(2) }, 4);
