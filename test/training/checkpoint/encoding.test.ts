import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../../src/training/checkpoint/checkpoint.ts';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  InvalidCheckpointError,
} from '../../../src/training/checkpoint/encoding.ts';
import { specFor } from '../profile.ts';
import { flowers } from '../tables.ts';

const spec = specFor(flowers(30), { target: 'kind' });
const CHECKPOINT: Checkpoint = {
  epoch: 3,
  batch: 2,
  step: 12,
  generator: [1, 2 ** 32 - 1, 0, 7],
  sums: { loss: 0.1 + 0.2, weight: 48, learningRate: 1e-3, ms: 12.5 },
  earlyStopping: { best: -0.875, mark: null, epochsWithout: 1, bestLoss: 0.25, byLoss: true },
  schedule: [0.01, Number.MAX_VALUE, 0, 0],
  best: { epoch: 2, trainingLoss: 0.1, validationLoss: 1 / 3, metrics: { accuracy: 0.7, rocAuc: null } },
  finished: false,
  values: Float32Array.of(1, Number.NaN, -0, 1e-45, Number.POSITIVE_INFINITY),
  bestParameters: Float32Array.of(0.5, -2, 3),
};
const encoded = encodeCheckpoint(CHECKPOINT, spec);

describe('a checkpoint', () => {
  it.each<[string, Partial<Checkpoint>]>([
    ['unchanged', {}],
    ['before the first epoch is done', { best: null, bestParameters: null }],
    ['in float64', { values: Float64Array.of(0.1, 2, 3), bestParameters: Float64Array.of(1 / 3) }],
  ])('is equal after encoding and decoding: %s', (_, changes) => {
    const checkpoint = { ...CHECKPOINT, ...changes };
    expect(decodeCheckpoint(encodeCheckpoint(checkpoint, spec), spec)).toEqual(checkpoint);
  });

  it('is decoded at any offset of a larger buffer', () => {
    const shifted = new Uint8Array(encoded.length + 3);
    shifted.set(encoded, 3);
    expect(decodeCheckpoint(shifted.subarray(3), spec)).toEqual(CHECKPOINT);
  });

  it('belongs to the training with any number of threads', () => {
    const wider = { ...spec, training: { ...spec.training, threads: 4 } };
    expect(decodeCheckpoint(encoded, wider)).toEqual(CHECKPOINT);
  });

  it('belongs to the training with any number of epochs', () => {
    const longer = { ...spec, training: { ...spec.training, epochs: spec.training.epochs + 20 } };
    expect(decodeCheckpoint(encoded, longer)).toEqual(CHECKPOINT);
  });
});

describe('bytes that are not a checkpoint of the training', () => {
  it('are refused at any shorter length', () => {
    for (let length = 0; length < encoded.length; length++) {
      expect(() => decodeCheckpoint(encoded.subarray(0, length), spec)).toThrow(InvalidCheckpointError);
    }
  });

  it('are refused with any bit flipped', () => {
    for (let bit = 0; bit < 8 * encoded.length; bit += 3) {
      const flipped = Uint8Array.from(encoded);
      flipped[bit >> 3] ^= 1 << (bit & 7);
      expect(() => decodeCheckpoint(flipped, spec)).toThrow(InvalidCheckpointError);
    }
  });

  it('are refused with additional bytes at the end', () => {
    expect(() => decodeCheckpoint(Uint8Array.from([...encoded, 0]), spec)).toThrow(/damaged/);
  });

  it('are refused if they have another version', () => {
    const later = Uint8Array.from(encoded);
    later[8] = 2;
    expect(() => decodeCheckpoint(later, spec)).toThrow(/version 2 instead of 1/);
  });

  it.each([
    ['seed', { ...spec, training: { ...spec.training, seed: 9 } }],
    ['target', { ...spec, target: 'colour' }],
    ['network', { ...spec, network: { embedding: null, layers: [] } }],
  ])('are refused if the training has another %s', (_, other) => {
    expect(() => decodeCheckpoint(encoded, other)).toThrow(/another training/);
  });
});
