import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { LayerSpec } from '../../../src/engine/layers/layerSpec.ts';
import type { Trainer, TrainerOptions } from '../../../src/engine/network/trainer.ts';
import { BACKENDS } from '../backends.ts';
import { allRows, HIDDEN, OUTPUTS, ROWS, sampleTrainer } from '../sampleTraining.ts';

const EVERYTHING: readonly LayerSpec[] = [
  { units: 7, activation: 'gelu', normalization: 'batch', dropout: 0.3 },
  { units: 5, activation: 'relu', normalization: 'layer', dropout: 0.1 },
];

describe.each(BACKENDS)('a training with the $name backend', ({ createKernels }) => {
  const everything = (options: Partial<TrainerOptions> = {}): Trainer =>
    sampleTrainer(EVERYTHING, { type: 'crossEntropy', labelSmoothing: 0.1 }, { createKernels, ...options });

  it('gives the same bits for the same seed, and others for another', () => {
    const [first, second, other] = [1, 1, 2].map((seed) => {
      const trainer = everything({ seed });
      runEpochs(trainer, 5);
      return trainer.state();
    });
    expect(second).toEqual(first);
    expect(other.values).not.toEqual(first.values);
  });

  it('resumes from its state as if it had never stopped', () => {
    const uninterrupted = everything();
    runEpochs(uninterrupted, 10);

    const stopped = everything();
    runEpochs(stopped, 4);
    const resumed = everything({ seed: 7 });
    resumed.restoreState(stopped.state());
    runEpochs(resumed, 6);

    expect(resumed.state()).toEqual(uninterrupted.state());
  });

  it('restores the parameters of a snapshot bit for bit', () => {
    const trainer = everything();
    runEpochs(trainer, 3);
    const best = trainer.snapshot();
    const parameters = trainer.readParameters();
    const evaluated = trainer.evaluate(allRows());
    runEpochs(trainer, 3);
    trainer.restore(best);
    expect(trainer.readParameters()).toEqual(parameters);
    expect(trainer.evaluate(allRows())).toEqual(evaluated);
  });

  it.each(['sgd', 'rmsprop', 'adagrad', 'adam', 'adamw', 'lion'] as const)('lowers the loss with %s', (type) => {
    const trainer = sampleTrainer(
      HIDDEN,
      { type: 'mse' },
      { createKernels, optimizer: { type, learningRate: type === 'sgd' ? 0.1 : 0.01 } },
    );
    const before = trainer.evaluate(allRows()).sum;
    runEpochs(trainer, 100);
    expect(trainer.evaluate(allRows()).sum).toBeLessThan(0.8 * before);
  });

  it('fits the targets of a small table', () => {
    const trainer = sampleTrainer(HIDDEN, { type: 'crossEntropy' }, { createKernels });
    for (let step = 0; step < 500; step++) trainer.trainStep(0, ROWS, 0.02);
    const { sum, weight } = trainer.evaluate(allRows());
    expect(sum / weight).toBeLessThan(0.01);
  });

  it('reports a diverged loss as a number that is not finite', () => {
    const trainer = sampleTrainer([], { type: 'mse' }, { createKernels, optimizer: { type: 'sgd' } });
    for (let step = 0; step < 400; step++) trainer.trainStep(0, ROWS, 1e6);
    expect(trainer.trainStep(0, ROWS, 1).sum).not.toSatisfy(Number.isFinite);
  });
});

it('rejects the state of another network or optimizer', () => {
  const trainer = sampleTrainer(HIDDEN, { type: 'mse' });
  expect(() => trainer.restore(sampleTrainer([], { type: 'mse' }).snapshot())).toThrow(RangeError);
  const withoutMemory = sampleTrainer(HIDDEN, { type: 'mse' }, { optimizer: { type: 'sgd' } });
  expect(() => trainer.restoreState(withoutMemory.state())).toThrow(RangeError);
});

describe.each(BACKENDS)('steps with the $name backend', ({ createKernels }) => {
  it('allocate nothing: no arena but the first, and no more heap after 10,000 of them', () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage: () => void = runInNewContext('gc');
    let arenas = 0;
    const trainer = sampleTrainer(
      HIDDEN,
      { type: 'crossEntropy' },
      {
        createKernels(size) {
          arenas++;
          return createKernels(size);
        },
      },
    );
    const heapAfter = (steps: number): number => {
      for (let step = 0; step < steps; step++) trainer.trainStep(0, ROWS, 1e-3);
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = heapAfter(2000);
    // A number that each step kept would be 80 kB.
    expect(heapAfter(10_000) - before).toBeLessThan(64 * 1024);
    expect(arenas).toBe(1);
  });
});

describe('a step', () => {
  it('goes through the rows in the order given', () => {
    const trainer = sampleTrainer(HIDDEN, { type: 'mse' });
    const whole = trainer.computeGradients(0, ROWS);
    trainer.order(allRows().toReversed(), false);
    const lastRows = trainer.computeGradients(0, 5);
    const firstRows = trainer.computeGradients(5, ROWS - 5);
    expect(lastRows.sum + firstRows.sum).toBeCloseTo(whole.sum, 10);
    expect(lastRows.weight + firstRows.weight).toBe(ROWS);
  });

  it('visits every row once when the order is shuffled', () => {
    const trainer = sampleTrainer(HIDDEN, { type: 'mse' });
    const whole = trainer.computeGradients(0, ROWS);
    trainer.order(allRows(), true);
    expect(trainer.computeGradients(0, 1).sum).not.toBe(whole.sum);
    expect(trainer.computeGradients(0, ROWS).sum).toBeCloseTo(whole.sum, 10);
  });

  it('scales down a gradient whose norm exceeds the maximum, and no other', () => {
    const stepLength = (clipGradientNorm: number | null): number => {
      const trainer = sampleTrainer(HIDDEN, { type: 'mse' }, { optimizer: { type: 'sgd' }, clipGradientNorm });
      const before = trainer.snapshot();
      trainer.trainStep(0, ROWS, 1);
      const after = trainer.snapshot();
      return Math.hypot(...after.map((value, e) => value - before[e]));
    };
    const free = stepLength(null);
    expect(stepLength(free / 2)).toBeCloseTo(free / 2, 5);
    expect(stepLength(free * 2)).toBe(free);
  });

  it('weights the loss of each row', () => {
    const weighted = sampleTrainer(HIDDEN, { type: 'mse' }, { weighted: true });
    const [X, T] = [new Float64Array(2 * 4).fill(0.3), new Float64Array(2 * OUTPUTS).fill(1)];
    T.fill(3, OUTPUTS);
    weighted.load(0, { X, T, rowWeights: [1, 3] });
    const { sum, weight } = weighted.computeGradients(0, 2);
    const once = weighted.computeGradients(0, 1).sum;
    const thrice = weighted.computeGradients(1, 1).sum;
    expect(weight).toBe(4);
    expect(sum).toBeCloseTo(once + thrice, 10);
  });

  it.each([
    [0, 0],
    [0, ROWS + 1],
    [-1, 2],
    [ROWS - 1, 2],
  ])('rejects a step from %d with %d rows', (start, m) => {
    expect(() => sampleTrainer(HIDDEN, { type: 'mse' }).trainStep(start, m, 0.1)).toThrow(RangeError);
  });

  it.each([[[ROWS]], [[-1]], [[...allRows(), 0]]])(
    'rejects an order of rows that the dataset does not have: %j',
    (rows) => {
      const trainer = sampleTrainer(HIDDEN, { type: 'mse' });
      expect(() => trainer.order(Int32Array.from(rows), false)).toThrow(RangeError);
      expect(() => trainer.evaluate(Int32Array.from(rows))).toThrow(RangeError);
    },
  );

  it('rejects a single row with batch normalization', () => {
    const trainer = sampleTrainer(EVERYTHING, { type: 'mse' });
    expect(trainer.minRows).toBe(2);
    expect(() => trainer.trainStep(0, 1, 0.1)).toThrow(RangeError);
  });
});

describe('rows of the dataset', () => {
  const row = new Float64Array(4);

  it.each([
    ['a class that does not exist', { X: row, T: [OUTPUTS] }],
    ['a class that is not an integer', { X: row, T: [0.5] }],
    ['features of half a row', { X: row.subarray(2), T: [1] }],
    ['weights that were not planned', { X: row, T: [1], rowWeights: [1] }],
  ])('are rejected with %s', (_what, rows) => {
    expect(() => sampleTrainer(HIDDEN, { type: 'crossEntropy' }).load(0, rows)).toThrow(RangeError);
  });

  it('are rejected when there are more than planned', () => {
    const trainer = sampleTrainer(HIDDEN, { type: 'crossEntropy' });
    expect(() => trainer.load(ROWS, { X: row, T: [1] })).toThrow(RangeError);
  });

  it('have the same loss in one pass and in several', () => {
    const seen: number[] = [];
    const inParts = sampleTrainer(HIDDEN, { type: 'crossEntropy' }, { batchSize: 5 });
    const atOnce = sampleTrainer(HIDDEN, { type: 'crossEntropy' });
    const { sum, weight } = inParts.evaluate(allRows(), (predictions, first) => {
      expect(first * OUTPUTS).toBe(seen.length);
      seen.push(...predictions);
    });
    expect(sum).toBeCloseTo(atOnce.evaluate(allRows()).sum, 10);
    expect(weight).toBe(ROWS);
    for (let i = 0; i < ROWS; i++) {
      const probabilities = seen.slice(i * OUTPUTS, (i + 1) * OUTPUTS);
      expect(probabilities.reduce((total, p) => total + p)).toBeCloseTo(1, 10);
    }
  });
});

/** Steps of five rows through a shuffled order, two of them an epoch. */
function runEpochs(trainer: Trainer, epochs: number): void {
  for (let epoch = 0; epoch < epochs; epoch++) {
    trainer.order(allRows(), true);
    trainer.trainStep(0, 5, trainer.learningRate);
    trainer.trainStep(5, 5, trainer.learningRate);
  }
}

describe.each(BACKENDS)('a moving average with the $name backend', ({ createKernels }) => {
  const averaging = { decay: 0.9 };
  const trainerWith = (options: Partial<TrainerOptions>): Trainer =>
    sampleTrainer(EVERYTHING, { type: 'crossEntropy' }, { createKernels, ...options });

  it('is of parameters and running statistics, from a copy after the first step on', () => {
    const [plain, averaged] = [trainerWith({}), trainerWith({ averaging })];
    const expected = plain.snapshot();
    for (let step = 1; step <= 6; step++) {
      plain.trainStep(0, ROWS, 0.01);
      averaged.trainStep(0, ROWS, 0.01);
      for (const [e, value] of plain.snapshot().entries())
        expected[e] = step === 1 ? value : 0.9 * expected[e] + (1 - 0.9) * value;
      const actual = averaged.snapshot();
      const errors = [...expected].map((value, e) => Math.abs(value - actual[e]));
      expect(Math.max(...errors)).toBeLessThan(1e-5);
      if (step === 1) expect(actual).toEqual(plain.snapshot());
    }
    const statistics = (trainer: Trainer) => trainer.readParameters().filter(({ name }) => name === 'mean');
    expect(statistics(averaged)).not.toEqual(statistics(plain));
  });

  it('changes no bit of the training', () => {
    const [plain, averaged] = [trainerWith({}), trainerWith({ averaging })];
    for (let epoch = 0; epoch < 3; epoch++) {
      runEpochs(plain, 1);
      runEpochs(averaged, 1);
      averaged.evaluate(allRows());
      averaged.evaluateModel(allRows());
      averaged.snapshot();
    }
    expect(averaged.computeGradients(0, ROWS)).toEqual(plain.computeGradients(0, ROWS));
    expect(averaged.readGradients()).toEqual(plain.readGradients());
    expect(averaged.readParameters()).not.toEqual(plain.readParameters());
  });

  it('is what evaluations, predictions and a restored snapshot use', () => {
    const trainer = trainerWith({ averaging });
    runEpochs(trainer, 3);
    const [model, snapshot] = [trainer.readParameters(), trainer.snapshot()];
    const X = new Float64Array(8).fill(0.5);
    const asModel = trainerWith({});
    asModel.writeParameters(model);
    expect(trainer.evaluate(allRows())).toEqual(asModel.evaluate(allRows()));
    expect(trainer.evaluateModel(allRows())).toEqual(asModel.evaluateModel(allRows()));
    expect(trainer.predict(X)).toEqual(asModel.predict(X));
    expect(trainer.outputsFor(X)).toEqual(asModel.outputsFor(X));
    runEpochs(trainer, 2);
    expect(trainer.snapshot()).not.toEqual(snapshot);
    trainer.restore(snapshot);
    expect(trainer.readParameters()).toEqual(model);
    expect(trainer.evaluate(allRows())).toEqual(asModel.evaluate(allRows()));
  });

  it('is the initial parameters before the first step, and those written after it', () => {
    const trainer = trainerWith({ averaging });
    const initial = trainer.readParameters();
    expect(initial).toEqual(trainerWith({}).readParameters());
    runEpochs(trainer, 1);
    trainer.writeParameters(initial);
    expect(trainer.readParameters()).toEqual(initial);
  });
});
