import { describe, expect, it } from 'vitest';
import type { Kernels } from '../../../src/engine/kernels/kernels.ts';
import { chooseKernels } from '../../../src/training/backend/kernels.ts';
import { reuseBackends } from '../../../src/training/backend/reuseBackends.ts';
import { trainPrepared } from '../../../src/training/loop/train.ts';
import { prepare } from '../../../src/training/prepare.ts';
import { specFor } from '../profile.ts';
import { flowers } from '../tables.ts';

const table = flowers(80);

describe.each(['auto', 'wasm', 'reference'] as const)('reused backends (%s)', (kernels) => {
  const { createKernels } = chooseKernels(kernels);

  it('give the same bits as new ones', () => {
    const train = (create: typeof createKernels, seed: number) => {
      const layers = [{ units: 7, normalization: 'batch', dropout: 0.2 } as const];
      const spec = specFor(table, { target: 'kind', network: { layers }, training: { epochs: 2, seed } });
      return trainPrepared(prepare(table, spec), {
        spec,
        createKernels: create,
        checkpoint: null,
        control: {
          stopRequest: () => null,
          consumeCheckpointRequest: () => false,
          threads: () => 1,
          setStep: () => {},
        },
        clock: () => 0,
        onStart: () => {},
        onEpoch: () => {},
        onCheckpoint: () => {},
      });
    };
    const made: Kernels[] = [];
    const reusing = reuseBackends((size) => {
      const backend = createKernels(size);
      made.push(backend);
      return backend;
    });
    for (const seed of [1, 2, 1]) expect(train(reusing, seed)).toEqual(train(createKernels, seed));
    expect(made).toHaveLength(1);
  });

  it('are not those of another size, nor large ones', () => {
    const reusing = reuseBackends(createKernels);
    const first = reusing({ numbers: 64, indices: 16 });
    expect(reusing({ numbers: 64, indices: 16 })).toBe(first);
    expect(reusing({ numbers: 80, indices: 16 })).not.toBe(first);
    expect(reusing({ numbers: 64, indices: 16 })).not.toBe(first);
    const large = reusing({ numbers: 2 ** 21, indices: 16 });
    expect(reusing({ numbers: 2 ** 21, indices: 16 })).not.toBe(large);
  });
});
