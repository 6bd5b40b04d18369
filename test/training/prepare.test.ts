import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { chooseKernels } from '../../src/training/backend/kernels.ts';
import { trainPrepared } from '../../src/training/loop/train.ts';
import { preparationKey, prepare } from '../../src/training/prepare.ts';
import type { specRequestSchema } from '../../src/training/schemas/spec.ts';
import { specFor } from './profile.ts';
import { trainPart } from './resuming.ts';
import { flowers } from './tables.ts';

type Request = z.input<typeof specRequestSchema>;

const table = flowers(120);
const { createKernels } = chooseKernels('auto');
const share = (bytes: number) => new SharedArrayBuffer(bytes);
const keyOf = (request: Request) => preparationKey('file', ['length', 'kind'], specFor(table, request));

describe('a table that was prepared once', () => {
  const variants: readonly [string, Request['training']][] = [
    ['unchanged', {}],
    ['with another learning rate', { optimizer: { type: 'adam', learningRate: 0.03 } }],
    ['with weights of its classes', { classWeights: 'balanced' }],
    ['with other batches, another seed and another loss', { batchSize: 'full', seed: 9, labelSmoothing: 0.1 }],
  ];
  const requests = variants.map(([name, training]): [string, Request] => [
    name,
    { target: 'kind', training: { epochs: 3, ...training } },
  ]);
  const prepared = prepare(table, specFor(table, { target: 'kind' }), share);
  const before = JSON.stringify(prepared);

  it.each(requests)('trains to the same bits as a separate one, %s', (_, request) => {
    const spec = specFor(table, request);
    expect(keyOf(request)).toBe(keyOf({ target: 'kind' }));
    const outcome = trainPrepared(prepared, {
      spec,
      createKernels,
      checkpoint: null,
      control: { stopRequest: () => null, consumeCheckpointRequest: () => false, threads: () => 1, setStep: () => {} },
      clock: () => 0,
      onStart: () => {},
      onEpoch: () => {},
      onCheckpoint: () => {},
    });
    expect(outcome).toEqual(trainPart(table, spec, 'auto').outcome);
    // Other trainings use it at the same time.
    expect(JSON.stringify(prepared)).toBe(before);
  });

  it('is in memory that threads share', () => {
    const { X, codes, T, actual } = prepared;
    for (const { buffer } of [X, codes, T, actual]) expect(buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});

describe('the preparation key', () => {
  const key = keyOf({ target: 'kind', split: { seed: 1 } });

  it.each<[string, Request]>([
    ['another split of the rows', { target: 'kind', split: { seed: 2 } }],
    ['other features', { target: 'kind', split: { seed: 1 }, features: { scaling: 'range' } }],
    ['another target', { target: table.columns[0]?.name ?? '', split: { seed: 1 } }],
  ])('differs for %s', (_, request) => {
    expect(keyOf(request)).not.toBe(key);
  });

  it('differs for another file and for other columns', () => {
    const spec = specFor(table, { target: 'kind', split: { seed: 1 } });
    const keys = [preparationKey('other', ['length', 'kind'], spec), preparationKey('file', ['kind'], spec)];
    for (const other of keys) expect(other).not.toBe(key);
  });

  it('differs for counts, which are not standardized, and for mse, which warns of outliers', () => {
    const target = table.columns.find(({ type }) => type === 'numeric')?.name ?? '';
    const spec = specFor(table, { target, split: { seed: 1 } });
    const of = (loss: 'mse' | 'mae' | 'huber' | 'poisson') =>
      preparationKey('file', ['length'], { ...spec, training: { ...spec.training, loss } });
    expect(of('mae')).toBe(of('huber'));
    expect(of('mae')).not.toBe(of('mse'));
    expect(of('poisson')).not.toBe(of('mae'));
  });
});
