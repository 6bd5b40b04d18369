import { describe, expect, it } from 'vitest';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/reference.ts';
import type { EmbeddingSpec } from '../../../src/engine/layers/embedding/embedding.ts';
import { NO_CODE } from '../../../src/engine/layers/inputs.ts';
import { createNetwork } from '../../../src/engine/network/network.ts';
import { createTrainer, type Trainer, type TrainerOptions } from '../../../src/engine/network/trainer.ts';
import { createGenerator } from '../../../src/engine/random.ts';
import { BACKENDS } from '../backends.ts';

const ROWS = 40;
const ALL = Int32Array.from({ length: ROWS }, (_row, row) => row);
const DENSE = 5;
const CODES = 4;
const COSINE: EmbeddingSpec = { type: 'cosine', columns: [1, 4], width: 7, scale: 2 };
const PIECEWISE: EmbeddingSpec = {
  type: 'piecewiseLinear',
  columns: [1, 4],
  width: 7,
  edges: [
    [-1, -0.2, 0.1, 0.8],
    [0, 0.5],
  ],
};
const LAYERS = [
  { units: 9, activation: 'tanh' as const, normalization: 'layer' as const, dropout: 0.1 },
  { units: 1, activation: 'linear' as const },
];

const generator = createGenerator(3);
const X = Float64Array.from({ length: ROWS * DENSE }, () => generator.normal());
const T = Float64Array.from({ length: ROWS }, () => generator.normal());
const codes = Int32Array.from({ length: ROWS }, () => generator.integer(CODES));

type Options = Partial<TrainerOptions> & { readonly embedding: EmbeddingSpec };

/** A trainer whose last inputs are codes; or, with `multiplies`, numbers that are 0 or 1. */
function trainerOf({ embedding, ...options }: Options, multiplies = false): Trainer {
  const oneHot = multiplies ? [] : [{ inputs: CODES }];
  const spec = { inputs: DENSE + CODES, oneHot, embedding, layers: LAYERS };
  const trainer = createTrainer(spec, {
    ...{ createKernels: createReferenceKernels, batchSize: 10, datasetRows: ROWS, seed: 5 },
    ...{ loss: { type: 'mse' }, optimizer: { type: 'adam' } },
    ...options,
  });
  trainer.load(0, multiplies ? { X: withInputs(), T } : { X, codes, T });
  return trainer;
}

/** The dense inputs, then the four of the codes. */
function withInputs(): Float64Array {
  const inputs = new Float64Array(ROWS * (DENSE + CODES));
  for (let row = 0; row < ROWS; row++) {
    inputs.set(X.subarray(row * DENSE, (row + 1) * DENSE), row * (DENSE + CODES));
    inputs[row * (DENSE + CODES) + DENSE + codes[row]] = 1;
  }
  return inputs;
}

function trainAWhile(trainer: Trainer): void {
  for (let epoch = 0; epoch < 4; epoch++) {
    trainer.order(ALL, true);
    for (let start = 0; start < ROWS; start += 10) trainer.trainStep(start, 10, 0.01);
  }
}

function valuesOf(trainer: Trainer, name: string): readonly number[] {
  const parameter = trainer.readParameters().find((candidate) => candidate.layer === 0 && candidate.name === name);
  if (parameter === undefined) throw new Error(`no parameter ${name}`);
  return Array.from(parameter.values);
}

describe.each([COSINE, PIECEWISE])('the embedding $type', (embedding) => {
  describe.each(BACKENDS)('with the $name backend', ({ createKernels, tolerance }) => {
    it.each(['float32', 'bfloat16'] as const)('trains beside one-hot inputs in %s', (precision) => {
      const options = { embedding, createKernels, precision };
      const [gathering, multiplying] = [trainerOf(options), trainerOf(options, true)];
      trainAWhile(gathering);
      trainAWhile(multiplying);
      const expected = multiplying.outputsFor(withInputs());
      const limit = precision === 'float32' ? 100 * tolerance : 0.05;
      gathering.outputsFor(X, codes).forEach((output, row) => {
        expect(Math.abs(output - expected[row])).toBeLessThan(limit);
      });
    });

    it('predicts what the training predicted, also without a code', () => {
      const trainer = trainerOf({ embedding, createKernels });
      trainAWhile(trainer);
      const network = createNetwork(
        { inputs: DENSE + CODES, oneHot: [{ inputs: CODES, unknownCategory: [0.5, 0.5] }], embedding, layers: LAYERS },
        { createKernels, batchSize: 16, loss: { type: 'mse' } },
      );
      network.writeParameters(trainer.readParameters());
      expect(network.predict(X, codes)).toEqual(trainer.predict(X, codes));
      const unknown = network.predict(
        X,
        codes.map(() => NO_CODE),
      );
      expect(unknown.every(Number.isFinite)).toBe(true);
      expect(unknown).not.toEqual(network.predict(X, codes));
    });
  });

  it('gives equal predictions for any order of the inputs', () => {
    const first = trainerOf({ embedding });
    // Columns 1 and 4 first.
    const order = [1, 4, 0, 2, 3];
    const moved = Float64Array.from(X, (_number, e) => X[e - (e % DENSE) + order[e % DENSE]]);
    const spec = { inputs: DENSE + CODES, oneHot: [{ inputs: CODES }], layers: LAYERS };
    const second = createNetwork(
      { ...spec, embedding: { ...embedding, columns: [0, 1] } },
      { createKernels: createReferenceKernels, batchSize: ROWS, loss: { type: 'mse' } },
    );
    second.writeParameters(first.readParameters());
    expect(second.predict(moved, codes)).toEqual(first.predict(X, codes));
  });

  it('starts from the same numbers for the same seed', () => {
    const read = (seed: number) => trainerOf({ embedding, seed }).readParameters();
    expect(read(5)).toEqual(read(5));
    expect(read(6)).not.toEqual(read(5));
  });
});

describe('a relu network after the cosine embedding of all inputs', () => {
  it.each(BACKENDS)('learns although the embedding starts at 0, with the $name backend', ({ createKernels }) => {
    const embedding: EmbeddingSpec = { type: 'cosine', columns: [0, 1, 2, 3, 4], width: 6, scale: 1 };
    const layers = [8, 8].map((units) => ({ units, activation: 'relu' as const }));
    const trainer = createTrainer(
      { inputs: DENSE, embedding, layers: [...layers, { units: 1, activation: 'linear' }] },
      {
        createKernels,
        batchSize: ROWS,
        datasetRows: ROWS,
        seed: 5,
        loss: { type: 'mse' },
        optimizer: { type: 'adam' },
      },
    );
    trainer.load(0, { X, T });
    trainer.order(ALL, false);
    const losses = Array.from({ length: 300 }, () => trainer.trainStep(0, ROWS, 0.01).sum / ROWS);
    expect(losses[299]).toBeLessThan(0.2 * losses[0]);
  });
});

describe('the first parameters', () => {
  it('of cosine are silent, with frequencies of the scale, cut at three deviations', () => {
    const embedding: EmbeddingSpec = { type: 'cosine', columns: [0, 1, 2, 3, 4], width: 1001, scale: 0.3 };
    const trainer = trainerOf({ embedding });
    const w = valuesOf(trainer, 'w');
    const deviation = Math.sqrt(w.reduce((sum, each) => sum + each * each, 0) / w.length);
    expect(w.length).toBe(5000);
    // A normal distribution that is cut at 3 has a deviation of 0.9866.
    expect(Math.abs(deviation / (0.3 * 0.9866) - 1)).toBeLessThan(0.04);
    expect(Math.max(...w.map(Math.abs))).toBeLessThanOrEqual(0.9);
    expect(Math.max(...w.map(Math.abs))).toBeGreaterThan(0.8);
    for (const name of ['b', 's', 't']) expect(new Set(valuesOf(trainer, name))).toEqual(new Set([0]));
  });

  it('beside cosine have biases within ± 1/√n[l-1], elsewhere biases of 0', () => {
    const biasesOf = (embedding: EmbeddingSpec) =>
      trainerOf({ embedding })
        .readParameters()
        .filter(({ layer, name }) => layer > 0 && name === 'b')
        .map(({ values }) => Array.from(values));
    const inputs = [COSINE.columns.length * (COSINE.width - 1) + DENSE + CODES, LAYERS[0].units];
    for (const [index, biases] of biasesOf(COSINE).entries()) {
      expect(Math.max(...biases.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(inputs[index]));
      expect(biases).not.toContain(0);
    }
    expect(new Set(biasesOf(PIECEWISE).flat())).toEqual(new Set([0]));
  });

  it('of piecewiseLinear are lines within ± 1/√d, without bends', () => {
    const trainer = trainerOf({ embedding: { ...PIECEWISE, width: 400 } });
    for (const name of ['l', 'm']) {
      const largest = Math.max(...valuesOf(trainer, name).map(Math.abs));
      expect(largest).toBeLessThanOrEqual(0.05);
      expect(largest).toBeGreaterThan(0.045);
    }
    expect(new Set(valuesOf(trainer, 'V'))).toEqual(new Set([0]));
  });
});

describe('an impossible embedding', () => {
  it.each([
    [{ ...COSINE, columns: [] }, /at least 1 embedded input/],
    [{ ...COSINE, columns: [4, 1] }, /rising numbers of dense inputs, 0 to 4, got 4, 1/],
    [{ ...COSINE, columns: [1, 1] }, /rising numbers/],
    [{ ...COSINE, columns: [1, 5] }, /rising numbers/],
    [{ ...COSINE, columns: [0.5] }, /rising numbers/],
    [{ ...COSINE, width: 1 }, /at least 2 numbers, got 1/],
    [{ ...COSINE, width: 2.5 }, /at least 2 numbers, got 2.5/],
    [{ ...COSINE, scale: 0 }, /scale above 0, got 0/],
    [{ ...COSINE, scale: Number.NaN }, /scale above 0, got NaN/],
    [{ ...PIECEWISE, width: 0 }, /at least 1 numbers, got 0/],
    [{ ...PIECEWISE, edges: [[0, 1]] }, /edges of 2 embedded inputs, got 1/],
    [{ ...PIECEWISE, edges: [[0, 1], [3]] }, /at least 2 rising edges of an embedded input, got 3/],
    [
      {
        ...PIECEWISE,
        edges: [
          [0, 1],
          [1, 1],
        ],
      },
      /rising edges of an embedded input, got 1, 1/,
    ],
    [
      {
        ...PIECEWISE,
        edges: [
          [0, Infinity],
          [0, 1],
        ],
      },
      /rising edges/,
    ],
  ])('is rejected: %j', (embedding, message) => {
    expect(() => trainerOf({ embedding })).toThrow(message);
    expect(() => trainerOf({ embedding })).toThrow(RangeError);
  });
});
