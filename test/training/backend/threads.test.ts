import { describe, expect, it } from 'vitest';
import { loadNativeKernels } from '../../../src/training/backend/nativeKernels.ts';
import { specFor } from '../profile.ts';
import { trainPart } from '../resuming.ts';
import { flowers } from '../tables.ts';

const TABLE = flowers(400);
/** Wide enough that seven threads speed up its products. */
const WIDE = { layers: [{ units: 96, dropout: 0.1, normalization: 'batch' as const }, { units: 96 }] };
const TRAINING = { epochs: 3, batchSize: 'full' as const, clipGradientNorm: 1 };

function trainWith(threads: (steps: number) => number, allowed: number | 'auto' = 'auto') {
  const spec = specFor(TABLE, { target: 'kind', network: WIDE, training: { ...TRAINING, threads: allowed } });
  return trainPart(TABLE, spec, 'native', { threads });
}

describe.skipIf('missing' in loadNativeKernels())('a training on several threads', () => {
  const alone = trainWith(() => 1);

  it.each([2, 3, 5])('gives the bits of one thread on %i', (threads) => {
    const { outcome, reports } = trainWith(() => threads);
    expect(outcome).toEqual(alone.outcome);
    expect(reports).toEqual(alone.reports);
  });

  it('gives the same bits if the number of threads changes during the training', () => {
    expect(trainWith((steps) => [1, 3, 2][steps % 3]).outcome).toEqual(alone.outcome);
  });

  it('reports how many threads it benefits from, within its limit', () => {
    expect(alone.plan?.maxThreads).toBeGreaterThan(5);
    expect(trainWith(() => 8, 2).plan?.maxThreads).toBe(2);
  });

  it('benefits from only one if it is small', () => {
    const spec = specFor(TABLE, { target: 'kind', training: { epochs: 1 } });
    expect(trainPart(TABLE, spec, 'native').plan?.maxThreads).toBe(1);
  });
});

describe('a training with single-threaded kernels', () => {
  it('uses one thread, whatever its limit', () => {
    const spec = specFor(TABLE, { target: 'kind', network: WIDE, training: { ...TRAINING, threads: 8 } });
    const { outcome, plan } = trainPart(TABLE, spec, 'wasm', { threads: () => 8 });
    expect(plan?.maxThreads).toBe(1);
    expect(outcome).not.toBeNull();
  });
});
