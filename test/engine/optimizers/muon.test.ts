import { describe, expect, it } from 'vitest';
import type { CreateKernels, Kernels } from '../../../src/engine/kernels/kernels.ts';
import { learnedParameters, type NetworkSpec } from '../../../src/engine/network/spec.ts';
import { createTrainer, type Trainer, type TrainerOptions } from '../../../src/engine/network/trainer.ts';
import { updateCostOf } from '../../../src/engine/optimizers/hiddenWeights.ts';
import { orthogonalize } from '../../../src/engine/optimizers/newtonSchulz.ts';
import { createOptimizer } from '../../../src/engine/optimizers/optimizers.ts';
import { createGenerator } from '../../../src/engine/random.ts';
import { BACKENDS } from '../backends.ts';
import { normals } from '../kernels/numbers.ts';
import { HIDDEN, ROWS, sampleTrainer } from '../sampleTraining.ts';

const ITERATIONS = 5;

/** (units, inputs): square, wide, tall, and a single row and column. */
const SHAPES = [
  [1, 1],
  [1, 37],
  [37, 1],
  [2, 3],
  [16, 16],
  [33, 65],
  [65, 33],
  [130, 70],
] as const;

/** What an iteration makes of a singular value. */
const polynomial = (x: number) => 3.4445 * x - 4.775 * x ** 3 + 2.0315 * x ** 5;

const afterIterations = (x: number) => Array.from({ length: ITERATIONS }).reduce<number>(polynomial, x);

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * b[i], 0);
}

/** `count` orthonormal vectors of a length, by Gram and Schmidt. */
function orthonormal(count: number, length: number, seed: number): readonly (readonly number[])[] {
  const found: number[][] = [];
  for (let i = 0; i < count; i++) {
    let vector = normals(length, seed + i);
    // Twice, because one pass leaves rounding errors of nearly parallel vectors.
    for (const other of [...found, ...found]) {
      const along = dot(vector, other);
      vector = vector.map((x, j) => x - along * other[j]);
    }
    const norm = Math.sqrt(dot(vector, vector));
    found.push(vector.map((x) => x / norm));
  }
  return found;
}

/** Σ σ u vᵀ of the singular values, unit by unit within each input. */
function matrixOf(n: number, k: number, singularValues: readonly number[]): number[] {
  const [U, V] = [orthonormal(singularValues.length, n, 100), orthonormal(singularValues.length, k, 900)];
  return Array.from({ length: n * k }, (_, e) => {
    const [j, i] = [e % n, Math.floor(e / n)];
    return singularValues.reduce((sum, sigma, r) => sum + sigma * U[r][j] * V[r][i], 0);
  });
}

/** Singular values whose squares have the sum 1, over a range of 1 to 1/100. */
function spreadValues(count: number): readonly number[] {
  const values = Array.from({ length: count }, (_, i) => 0.01 ** (count === 1 ? 0 : i / (count - 1)));
  const norm = Math.sqrt(dot(values, values));
  return values.map((x) => x / norm);
}

function orthogonalized(kernels: Kernels, X: readonly number[], n: number, k: number): Kernels['values'] {
  kernels.values.set(X);
  const A = 2 * n * k;
  const result = orthogonalize(kernels, { X: 0, Y: n * k, A, B: A + Math.min(n, k) ** 2 }, n, k, ITERATIONS);
  return kernels.values.slice(result, result + n * k);
}

describe.each(BACKENDS)('the iteration of muon with the $name backend', ({ name, createKernels }) => {
  it.each(SHAPES)('changes the singular values of a matrix (%i, %i) alone', (n, k) => {
    const before = spreadValues(Math.min(n, k));
    const kernels = createKernels({ numbers: 2 * n * k + 2 * Math.min(n, k) ** 2, indices: 0 });
    const X = orthogonalized(kernels, matrixOf(n, k, before), n, k);
    const expected = matrixOf(n, k, before.map(afterIterations));
    const farthest = Math.max(...expected.map((x, e) => Math.abs(x - X[e])));
    expect(farthest).toBeLessThan(name === 'reference' ? 1e-9 : 2e-4);
  });
});

const NETWORK: NetworkSpec = {
  inputs: 3,
  layers: [
    { units: 5, activation: 'relu', normalization: 'batch' },
    { units: 4, activation: 'relu' },
    { units: 2, activation: 'linear' },
  ],
};

/** A training of a network with one hidden layer on random rows, or on rows of zeros. */
function trainerOf(
  createKernels: CreateKernels,
  [inputs, units]: readonly [number, number],
  options: Partial<TrainerOptions> & { readonly isSilent?: boolean } = {},
): Trainer {
  const layers = [
    { units, activation: 'relu' as const },
    { units: 1, activation: 'linear' as const },
  ];
  const trainer = createTrainer(
    { inputs, layers },
    {
      createKernels,
      batchSize: ROWS,
      datasetRows: ROWS,
      loss: { type: 'mse' },
      optimizer: { type: 'muon' },
      seed: 3,
      ...options,
    },
  );
  const generator = createGenerator(5);
  const draw = (count: number) => Float64Array.from({ length: count }, () => generator.normal());
  const X = options.isSilent ? new Float64Array(ROWS * inputs) : draw(ROWS * inputs);
  trainer.load(0, { X, T: draw(ROWS), rowWeights: null });
  trainer.order(
    Int32Array.from({ length: ROWS }, (_, row) => row),
    false,
  );
  return trainer;
}

const weightsOf = (trainer: Trainer) => trainer.readParameters()[0].values;

describe.each(BACKENDS)('muon with the $name backend', ({ createKernels }) => {
  it('only decays a W whose gradient was always 0', () => {
    const optimizer = { type: 'muon', learningRate: 0.25, weightDecay: 0.5 } as const;
    const trainer = trainerOf(createKernels, [3, 4], { optimizer, isSilent: true });
    const before = weightsOf(trainer).slice();
    trainer.trainStep(0, ROWS, 0.25);
    expect(weightsOf(trainer)).toEqual(before.map((w) => w * (1 - 0.25 * 0.5)));
  });

  it('remains finite while the momentum of a silent W vanishes', () => {
    const trainer = trainerOf(createKernels, [3, 4], { optimizer: { type: 'muon', momentum: 0.5 } });
    trainer.trainStep(0, ROWS, 0.01);
    const silent = { X: new Float64Array(ROWS * 3), T: new Float64Array(ROWS), rowWeights: null };
    trainer.load(0, silent);
    // Momentum of 2^-200 is below all numbers of float32, and below it lie the subnormal ones.
    for (let step = 0; step < 200; step++) trainer.trainStep(0, ROWS, 0.01);
    expect(weightsOf(trainer).every(Number.isFinite)).toBe(true);
  });

  it('multiplies by bfloat16 where the training does', () => {
    const [rounded, precise] = (['bfloat16', 'float32'] as const).map((precision) => {
      const trainer = trainerOf(createKernels, [40, 50], { precision, isSilent: false });
      for (let step = 0; step < 5; step++) trainer.trainStep(0, ROWS, 0.01);
      return weightsOf(trainer);
    });
    const changes = rounded.map((w, e) => Math.abs(w - precise[e]));
    expect(Math.max(...changes)).toBeGreaterThan(0);
    // Rounding to 8 bits moves a singular value of a step by less than a tenth of it.
    expect(Math.max(...changes)).toBeLessThan(0.1 * 5 * 0.01);
  });

  it('trains a network of one layer by the rest alone', () => {
    const settings = { learningRate: 0.004, weightDecay: 0.2, beta1: 0.8 };
    const parameters = (optimizer: TrainerOptions['optimizer'], rate: number) => {
      const trainer = sampleTrainer([], { type: 'mse' }, { createKernels, optimizer });
      for (let step = 0; step < 3; step++) trainer.trainStep(0, ROWS, rate);
      return trainer.readParameters();
    };
    const rest = { type: 'adamw', ...settings } as const;
    expect(parameters({ type: 'muon', learningRate: 0.016, rest }, 0.016)).toEqual(
      parameters({ type: 'adamw', ...settings }, 0.004),
    );
  });

  it('scales both rates by the schedule', () => {
    const moves = (rate: number) => {
      const optimizer = { type: 'muon', weightDecay: 0, rest: { type: 'adamw', weightDecay: 0 } } as const;
      const trainer = sampleTrainer(HIDDEN, { type: 'mse' }, { createKernels, optimizer });
      const before = trainer.readParameters();
      trainer.trainStep(0, ROWS, rate);
      return trainer.readParameters().map(({ values }, p) => Array.from(values, (x, e) => x - before[p].values[e]));
    };
    const [full, half] = [moves(0.5), moves(0.25)];
    for (const [p, matrix] of full.entries()) {
      for (const [e, move] of matrix.entries()) expect(half[p][e]).toBeCloseTo(move / 2, 5);
    }
  });
});

describe.each(BACKENDS.filter(({ name }) => name.startsWith('native')))(
  'the threads of the $name backend',
  ({ createKernels }) => {
    it.each([
      ['wide', [256, 200], 'float32'],
      ['tall', [200, 256], 'float32'],
      ['bfloat16', [256, 200], 'bfloat16'],
    ] as const)('give the same bits of muon for any number: %s', (_, shape, precision) => {
      const [alone, ...shared] = [1, 2, 3, 5].map((threads) => {
        const trainer = trainerOf(createKernels, shape, { precision });
        expect(trainer.maxThreads).toBeGreaterThanOrEqual(5);
        trainer.setThreads(threads);
        for (let step = 0; step < 3; step++) trainer.trainStep(0, ROWS, 0.01);
        const { values } = trainer.state();
        trainer.setThreads(1);
        return values;
      });
      for (const values of shared) expect(values).toEqual(alone);
    });
  },
);

describe('the cost of muon', () => {
  it('is that of the products of every W but the last', () => {
    const cost = updateCostOf(createOptimizer({ type: 'muon', iterations: 2 }), learnedParameters(NETWORK));
    // W1 is (5, 3) and W2 (4, 5): triangles of 6 and 10 numbers.
    const ofIterations = [6 * 5 + 6 * 3 + 3 * 3 * 5, 10 * 5 + 10 * 4 + 4 * 4 * 5];
    expect(cost.multiplyAdds).toBe(2 * (ofIterations[0] + ofIterations[1]));
    expect(cost.largestProduct).toBe(4 * 4 * 5);
    expect(cost.scratch).toBe(2 * 4 * 5 + 2 * 4 * 4);
  });

  it('is 0 of other optimizers, and of a network without hidden layers', () => {
    const none = { scratch: 0, multiplyAdds: 0, largestProduct: 0 };
    expect(updateCostOf(createOptimizer({ type: 'adamw' }), learnedParameters(NETWORK))).toEqual(none);
    const oneLayer = { inputs: 3, layers: NETWORK.layers.slice(-1) };
    expect(updateCostOf(createOptimizer({ type: 'muon' }), learnedParameters(oneLayer))).toEqual(none);
  });
});
