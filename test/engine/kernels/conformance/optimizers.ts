import { describe, it } from 'vitest';
import type { CreateKernels } from '../../../../src/engine/kernels/kernels.ts';
import { expectConformance, ulps } from '../arrangement.ts';
import { arrange } from '../calls/call.ts';
import { OPTIMIZER_CALLS } from '../calls/optimizers.ts';
import { SIZES } from '../numbers.ts';

/** One step of each optimizer: parameters and state. */
export function conformInOptimizers(createKernels: CreateKernels): void {
  describe.each(OPTIMIZER_CALLS)('$name', (call) => {
    it.each(SIZES)('updates %i parameters', (count) => {
      // Each number is a sum of two or three of about one unit.
      expectConformance(createKernels, arrange(call, { count, m: 1, k: 1, n: 1, c: 1 }), ulps(4, 1));
    });
  });
}
