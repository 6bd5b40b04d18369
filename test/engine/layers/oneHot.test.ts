import { describe, expect, it } from 'vitest';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/reference.ts';
import { NO_CODE, type OneHotColumn } from '../../../src/engine/layers/inputs.ts';
import type { LayerSpec } from '../../../src/engine/layers/layerSpec.ts';
import { createNetwork } from '../../../src/engine/network/network.ts';
import { createTrainer, type Trainer, type TrainerOptions } from '../../../src/engine/network/trainer.ts';
import { createGenerator } from '../../../src/engine/random.ts';
import { BACKENDS } from '../backends.ts';

/** No row has the last input of the first column, or most of the inputs of the third. */
const COLUMNS: readonly OneHotColumn[] = [{ inputs: 4 }, { inputs: 2, unknownCategory: [0.75, 0.25] }, { inputs: 40 }];
const ONE_HOT = 46;
const ROWS = 30;
const ALL = Int32Array.from({ length: ROWS }, (_, row) => row);
const LAYERS: readonly LayerSpec[] = [
  { units: 19, activation: 'tanh', normalization: 'batch' },
  { units: 7, activation: 'tanh' },
  { units: 1, activation: 'linear' },
];

/** The same rows, once with codes and once with all inputs in X. */
interface Table {
  readonly dense: number;
  readonly X: Float64Array;
  readonly codes: Int32Array;
  readonly allX: Float64Array;
  readonly T: Float64Array;
}

function tableOf(dense: number): Table {
  const { normal, integer } = createGenerator(3);
  const X = Float64Array.from({ length: ROWS * dense }, normal);
  const codes = Int32Array.from(
    { length: ROWS * COLUMNS.length },
    (_, e) => [integer(3), 4 + integer(2), 6 + integer(20)][e % 3],
  );
  const width = dense + ONE_HOT;
  const allX = new Float64Array(ROWS * width);
  for (let row = 0; row < ROWS; row++) {
    allX.set(X.subarray(row * dense, (row + 1) * dense), row * width);
    for (const code of codes.subarray(row * 3, row * 3 + 3)) allX[row * width + dense + code] = 1;
  }
  return { dense, X, codes, allX, T: Float64Array.from({ length: ROWS }, normal) };
}

function trainerOver(
  { dense, X, codes, allX, T }: Table,
  gathers: boolean,
  options: Pick<TrainerOptions, 'createKernels' | 'optimizer'> & Partial<TrainerOptions>,
): Trainer {
  const spec = { inputs: dense + ONE_HOT, layers: LAYERS, ...(gathers ? { oneHot: COLUMNS } : {}) };
  const trainer = createTrainer(spec, { batchSize: 10, datasetRows: ROWS, loss: { type: 'mse' }, seed: 5, ...options });
  trainer.load(0, gathers ? { X, codes, T } : { X: allX, T });
  return trainer;
}

function trainAWhile(trainer: Trainer): void {
  for (let epoch = 0; epoch < 4; epoch++) {
    trainer.order(ALL, true);
    for (let start = 0; start < ROWS; start += 10) trainer.trainStep(start, 10, 0.01);
  }
}

const OPTIMIZERS = [
  { type: 'sgd', momentum: 0.9, weightDecay: 0.1 },
  { type: 'rmsprop', weightDecay: 0.1 },
  { type: 'adagrad', weightDecay: 0.1 },
  { type: 'adam', weightDecay: 0.1 },
  { type: 'adamw', weightDecay: 0.1 },
  { type: 'lion', weightDecay: 0.1 },
] as const;

describe.each(BACKENDS)('one-hot inputs with the $name backend', ({ createKernels, tolerance, driftTolerance }) => {
  describe.each([5, 0])('after %i dense ones', (dense) => {
    const table = tableOf(dense);

    it.each(OPTIMIZERS)('train as if they were multiplied, with $type and its decay', (optimizer) => {
      const [gathering, multiplying] = [true, false].map((gathers) => {
        const trainer = trainerOver(table, gathers, { createKernels, optimizer, l1: 1e-3, l2: 1e-2 });
        trainAWhile(trainer);
        return trainer;
      });
      const expected = multiplying.readParameters();
      for (const [at, { name, layer, shape, values }] of gathering.readParameters().entries()) {
        expect(shape).toEqual(expected[at].shape);
        // Lion uses only the sign of the gradient, so rounding turns a vanishing gradient into a
        // whole step.
        const allowed = optimizer.type === 'lion' ? driftTolerance : 20 * tolerance;
        values.forEach((value, e) => {
          expect(Math.abs(value - expected[at].values[e]), `${name}${layer} at ${e}`).toBeLessThan(allowed);
        });
      }
      expect(gathering.evaluate(ALL).sum).toBeCloseTo(multiplying.evaluate(ALL).sum, 1);
    });

    it('have the same gradients, 0 where no row of the batch has the input', () => {
      const optimizer = { type: 'sgd' } as const;
      const [got, expected] = [true, false].map((gathers) => {
        const trainer = trainerOver(table, gathers, { createKernels, optimizer });
        trainer.order(ALL, false);
        trainer.computeGradients(0, 10);
        return trainer.readGradients();
      });
      got.forEach(({ values }, at) => {
        values.forEach((value, e) => {
          expect(Math.abs(value - expected[at].values[e])).toBeLessThan(tolerance);
        });
      });
      const unmet = dense + 3;
      const { values, shape } = got[0];
      for (let unit = 0; unit < shape[0]; unit++) expect(values[unit * shape[1] + unmet]).toBe(0);
    });

    it('predict as if they were multiplied', () => {
      const trainer = trainerOver(table, true, { createKernels, optimizer: { type: 'adam' } });
      trainAWhile(trainer);
      const network = createNetwork(
        { inputs: dense + ONE_HOT, layers: LAYERS },
        { createKernels, batchSize: 7, loss: { type: 'mse' } },
      );
      network.writeParameters(trainer.readParameters());
      const expected = network.predict(table.allX);
      trainer.predict(table.X, table.codes).forEach((value, row) => {
        expect(Math.abs(value - expected[row])).toBeLessThan(tolerance);
      });
    });
  });

  it('are those of the unknown category in a row without a code, outside training', () => {
    const table = tableOf(2);
    const trainer = trainerOver(table, true, { createKernels, optimizer: { type: 'adam' } });
    trainAWhile(trainer);
    const codes = table.codes.slice();
    const allX = table.allX.slice();
    for (let row = 0; row < ROWS; row += 2) {
      codes.fill(NO_CODE, row * 3, row * 3 + 3);
      allX.fill(0, row * 48 + 2, row * 48 + 48);
      allX.set([0.75, 0.25], row * 48 + 6);
    }
    const multiplying = trainerOver(table, false, { createKernels, optimizer: { type: 'adam' } });
    multiplying.writeParameters(trainer.readParameters());
    const expected = multiplying.predict(allX);
    trainer.predict(table.X, codes).forEach((value, row) => {
      expect(Math.abs(value - expected[row])).toBeLessThan(tolerance);
    });
    trainer.load(0, { X: table.X, codes, T: table.T });
    multiplying.load(0, { X: allX, T: table.T });
    expect(Math.abs(trainer.evaluate(ALL).sum / multiplying.evaluate(ALL).sum - 1)).toBeLessThan(tolerance);
  });
});

describe('one-hot inputs', () => {
  const optimizer = { type: 'sgd' } as const;
  const table = tableOf(2);
  const trainer = trainerOver(table, true, { createKernels: createReferenceKernels, optimizer });

  it.each([
    ['of another column', 4],
    ['beyond the last column', ONE_HOT],
    ['below those without', -2],
  ])('reject a code %s', (_, code) => {
    const codes = table.codes.slice();
    codes[0] = code;
    expect(() => trainer.load(0, { ...table, codes })).toThrow(/Expected codes 0 to 3 in one-hot column 0, got/);
    expect(() => trainer.predict(table.X, codes)).toThrow(RangeError);
  });

  it('reject rows without codes', () => {
    expect(() => trainer.load(0, { X: table.X, T: table.T })).toThrow('Expected 90 codes of 30 rows, got 0.');
  });

  it.each([[[{ inputs: 0 }]], [[{ inputs: 49 }]], [[{ inputs: 1, unknownCategory: [0.5, 0.5] }]]])(
    'reject columns that no network has: %j',
    (oneHot) => {
      const spec = { inputs: 48, oneHot, layers: LAYERS };
      expect(() =>
        createNetwork(spec, { createKernels: createReferenceKernels, batchSize: 1, loss: { type: 'mse' } }),
      ).toThrow(RangeError);
    },
  );
});
