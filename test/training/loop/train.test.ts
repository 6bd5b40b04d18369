import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { createNetwork } from '../../../src/engine/network/network.ts';
import { createGenerator } from '../../../src/engine/random.ts';
import { layoutOf, transform } from '../../../src/features/transform.ts';
import type { Table } from '../../../src/formats/table.ts';
import { chooseKernels, type KernelsChoice } from '../../../src/training/backend/kernels.ts';
import { LossDivergedError } from '../../../src/training/loop/diverged.ts';
import { train } from '../../../src/training/loop/train.ts';
import type { EpochReport, RunPlan } from '../../../src/training/report.ts';
import type { specRequestSchema } from '../../../src/training/schemas/spec.ts';
import { firstRows, numbers, tableOf, words } from '../../features/columns.ts';
import { specFor } from '../profile.ts';
import { flowers, line } from '../tables.ts';

type Request = z.input<typeof specRequestSchema>;

function run(table: Table, request: Request, kernels: KernelsChoice = 'wasm', stopAfter = Number.POSITIVE_INFINITY) {
  const reports: EpochReport[] = [];
  const plans: RunPlan[] = [];
  let steps = 0;
  const setStep = (step: number) => {
    steps = step;
  };
  const outcome = train({
    table,
    spec: specFor(table, request),
    createKernels: chooseKernels(kernels).createKernels,
    checkpoint: null,
    control: {
      stopRequest: () => (steps >= stopAfter ? 'cancel' : null),
      consumeCheckpointRequest: () => false,
      threads: () => 1,
      setStep,
    },
    clock: () => 0,
    onStart: (plan) => plans.push(plan),
    onEpoch: (report) => reports.push(report),
    onCheckpoint: () => {},
  });
  return { outcome, reports, plan: plans[0], steps };
}

/** The outcome of a run that is not stopped. */
function outcomeOf(table: Table, request: Request, kernels: KernelsChoice = 'wasm') {
  const { outcome } = run(table, request, kernels);
  if (outcome === null) throw new Error('the run was stopped');
  return outcome;
}

const SHORT = { training: { epochs: 5 }, network: { layers: [{ units: 8, dropout: 0.2 }] } };

describe('a training', () => {
  it.each(['auto', 'wasm', 'reference'] as const)('learns classes (%s)', (kernels) => {
    const { metrics, target } = outcomeOf(flowers(300), { target: 'kind', training: { epochs: 30 } }, kernels);
    expect(target).toMatchObject({ kind: 'classes', classes: ['setosa', 'versicolor', 'virginica'] });
    expect(metrics.test).toMatchObject({ accuracy: expect.toSatisfy((accuracy: number) => accuracy > 0.9) });
  });

  it('learns numbers, and measures in their own unit', () => {
    const { metrics } = outcomeOf(line(400), { target: 'y', training: { epochs: 60 } });
    expect(metrics.test).toMatchObject({
      rmse: expect.toSatisfy((rmse: number) => rmse > 0.5 && rmse < 8),
      r2: expect.toSatisfy((r2: number) => r2 > 0.9),
    });
  });

  it('reports its plan, every epoch and every step', () => {
    const { plan, reports, steps, outcome } = run(flowers(100), { target: 'kind', ...SHORT });
    expect(plan).toEqual({
      epochs: 5,
      stepsPerEpoch: 5,
      rowsPerEpoch: 70,
      maxThreads: 1,
      done: { epochs: 0, steps: 0 },
    });
    expect(reports.map(({ epoch, step }) => [epoch, step])).toEqual([1, 2, 3, 4, 5].map((epoch) => [epoch, 5 * epoch]));
    expect(reports[0].metrics).toEqual({ accuracy: expect.any(Number) });
    expect(steps).toBe(25);
    expect(outcome?.epochs).toBe(5);
  });

  it('gives the same bits for the same seed, and others for another', () => {
    const parameters = (seed: number) =>
      outcomeOf(flowers(100), { target: 'kind', ...SHORT, training: { epochs: 5, seed } }).parameters;
    expect(parameters(1)).toEqual(parameters(1));
    expect(parameters(1)).not.toEqual(parameters(2));
  });

  it("returns the best epoch's parameters, whatever followed it", () => {
    const table = line(60);
    const request: Request = {
      target: 'y',
      training: {
        epochs: 40,
        optimizer: { type: 'sgd', learningRate: 0.9 },
        schedule: { type: 'constant' },
        earlyStopping: null,
      },
    };
    const { reports, outcome } = run(table, request);
    const losses = reports.map(({ validationLoss }) => validationLoss ?? Number.NaN);
    const best = Math.min(...losses);
    expect(losses.at(-1)).toBeGreaterThan(best);
    expect(outcome?.best).toEqual({ epoch: losses.indexOf(best) + 1, validationLoss: best });
    expect(outcome?.metrics.validation?.loss).toBeCloseTo(best, 6);
  });

  it('trains in bfloat16', () => {
    const [bfloat16, float32] = (['bfloat16', 'float32'] as const).map((precision) =>
      outcomeOf(line(100), { target: 'y', training: { epochs: 5, precision } }),
    );
    expect(bfloat16.parameters).not.toEqual(float32.parameters);
    expect(bfloat16.metrics.test?.loss).toBeCloseTo(float32.metrics.test?.loss ?? Number.NaN, 1);
  });

  it.each([
    ['float32', null],
    ['bfloat16', null],
    ['float32', { type: 'cosine', scale: 0.5 }],
    ['bfloat16', { type: 'cosine', width: 6 }],
    ['float32', { type: 'piecewiseLinear', bins: 4 }],
    ['bfloat16', { type: 'piecewiseLinear' }],
  ] as const)('gives a network that predicts as it was measured (%s, embedding %j)', (precision, embedded) => {
    const table = flowers(100);
    const request: Request = {
      target: 'kind',
      ...SHORT,
      network: { ...SHORT.network, embedding: embedded },
      training: { epochs: 5, precision },
      split: { method: 'ordered', validation: 0.2, test: 0.2 },
    };
    const { features, embedding, layers, loss, parameters, metrics } = outcomeOf(table, request);
    expect(parameters.some(({ layer }) => layer === 0)).toBe(embedded !== null);
    const { X, codes } = transform(features, table, firstRows(100).subarray(80));
    const network = createNetwork(
      { ...layoutOf(features), embedding, layers },
      { createKernels: chooseKernels('wasm').createKernels, batchSize: 20, loss },
    );
    network.writeParameters(parameters);
    const probabilities = network.predict(X, codes);
    const right = firstRows(20).filter((i) => {
      const row = [...probabilities.subarray(3 * i, 3 * i + 3)];
      return row.indexOf(Math.max(...row)) === (80 + i) % 3;
    });
    const logLoss = firstRows(20).reduce((sum, i) => sum - Math.log(probabilities[3 * i + ((80 + i) % 3)]) / 20, 0);
    expect(metrics.test).toMatchObject({ accuracy: right.length / 20, loss: expect.closeTo(logLoss, 6) });
  });

  it('can be sent between threads', () => {
    const outcome = outcomeOf(flowers(60), { target: 'kind', ...SHORT });
    expect(structuredClone(outcome)).toEqual(outcome);
  });

  it('stops at the next batch when requested', () => {
    const { outcome, steps } = run(flowers(100), { target: 'kind', ...SHORT }, 'wasm', 7);
    expect(outcome).toBeNull();
    expect(steps).toBe(7);
  });

  it('fails with the epoch and a hint if the loss is not finite', () => {
    const request: Request = {
      target: 'y',
      training: {
        optimizer: { type: 'sgd', learningRate: 100 },
        clipGradientNorm: null,
        schedule: { type: 'constant' },
      },
    };
    const diverge = () => run(line(200), request);
    expect(diverge).toThrow(LossDivergedError);
    expect(diverge).toThrow(/epoch \d+\. Try a smaller learning rate than 100/);
  });
});

describe('a difficult table', () => {
  it('keeps a class of one row in its report', () => {
    const kinds = Array.from({ length: 60 }, (_, row) => (row === 30 ? 'rare' : row % 2 ? 'a' : 'b'));
    const table = tableOf(
      numbers(
        'x',
        kinds.map((_kind, row) => row % 2),
      ),
      words('y', kinds),
    );
    const { target, metrics } = outcomeOf(table, { target: 'y', ...SHORT });
    expect(target).toMatchObject({ classes: ['a', 'b', 'rare'] });
    expect(metrics.training).toMatchObject({
      confusionMatrix: [
        [expect.anything(), expect.anything(), expect.anything()],
        expect.anything(),
        expect.anything(),
      ],
    });
  });

  it('leaves out rows without a target, and counts them', () => {
    const y = Array.from({ length: 80 }, (_, row) => (row % 4 === 0 ? null : row % 2));
    const { warnings, target } = outcomeOf(
      tableOf(
        numbers(
          'x',
          y.map((value) => value ?? 9),
        ),
        numbers('y', y),
      ),
      { target: 'y', ...SHORT },
    );
    expect(target).toMatchObject({ classes: ['0', '1'] });
    expect(warnings.find(({ code }) => code === 'missing_targets')?.message).toMatch(/^20 of 80 rows/);
  });

  it('has a finite loss over twelve orders of magnitude', () => {
    const y = Array.from({ length: 60 }, (_, row) => 10 ** (row % 13));
    const { metrics } = outcomeOf(
      tableOf(
        numbers(
          'x',
          y.map((_value, row) => row % 13),
        ),
        numbers('y', y),
      ),
      { target: 'y' },
    );
    expect(Number.isFinite(metrics.test?.loss)).toBe(true);
  });

  it('trains on more columns than rows', () => {
    const y = Array.from({ length: 60 }, (_, row) => row % 2);
    const columns = Array.from({ length: 2000 }, (_, i) =>
      numbers(
        `x${i}`,
        y.map((_value, row) => (row * (i + 1)) % 7),
      ),
    );
    const { metrics } = outcomeOf(tableOf(...columns, numbers('y', y)), { target: 'y', ...SHORT });
    expect(metrics.test).not.toBeNull();
  });

  it('refuses features that are all constant', () => {
    const table = tableOf(numbers('k', [1, 1, 1, 1]), numbers('y', [0, 1, 0, 1]));
    expect(() => run(table, { target: 'y' })).toThrow(
      expect.objectContaining({ code: 'invalid_spec', errors: [{ path: '/features', message: expect.any(String) }] }),
    );
  });

  it('works without validation and test rows', () => {
    const { metrics, best } = outcomeOf(flowers(30), { target: 'kind', ...SHORT, split: { validation: 0, test: 0 } });
    expect([metrics.validation, metrics.test]).toEqual([null, null]);
    expect(best).toEqual({ epoch: expect.any(Number), validationLoss: null });
  });
});

describe('settings', () => {
  it.each(['mse', 'mae', 'huber', 'quantile', 'poisson'] as const)('train a regression with the loss %s', (loss) => {
    const { metrics } = outcomeOf(line(100), { target: 'y', ...SHORT, training: { epochs: 3, loss } });
    expect(Number.isFinite(metrics.test?.loss)).toBe(true);
  });

  it('predict counts with poisson in their own unit', () => {
    const table = line(400);
    const { metrics, target } = outcomeOf(table, { target: 'y', training: { epochs: 100, loss: 'poisson' } });
    expect(target).toMatchObject({ mean: 0, deviation: 1 });
    expect(metrics.test).toMatchObject({ r2: expect.toSatisfy((r2: number) => r2 > 0.8) });
  });

  it.each(['batch', 'layer'] as const)('accept %s normalization', (normalization) => {
    const { parameters } = outcomeOf(flowers(65), {
      target: 'kind',
      ...SHORT,
      network: { layers: [{ units: 8, normalization }] },
    });
    expect(parameters.map(({ name }) => name)).toContain('gamma');
  });

  it('train two classes with two outputs as well', () => {
    const table = tableOf(
      numbers(
        'x',
        Array.from({ length: 80 }, (_, row) => row),
      ),
      words(
        'y',
        Array.from({ length: 80 }, (_, row) => (row < 40 ? 'low' : 'high')),
      ),
    );
    const { layers } = outcomeOf(table, { target: 'y', ...SHORT, training: { epochs: 3, loss: 'crossEntropy' } });
    expect(layers.at(-1)?.units).toBe(2);
  });

  it('train a linear model when there are no layers', () => {
    expect(outcomeOf(line(100), { target: 'y', network: { layers: [] }, training: { epochs: 2 } }).layers).toHaveLength(
      1,
    );
  });

  it('weigh rows: rows with weight 0 have no effect', () => {
    const { columns } = line(60);
    const weights = numbers(
      'w',
      Array.from({ length: 60 }, (_, row) => (row % 2 ? 1 : 0)),
    );
    const spoiled = columns.map((column) =>
      column.name === 'y' && 'values' in column
        ? { ...column, values: column.values.map((value, row) => (row % 2 ? value : 1e6)) }
        : column,
    );
    const request: Request = { target: 'y', weightColumn: 'w', ...SHORT };
    expect(outcomeOf(tableOf(...columns, weights), request).parameters).toEqual(
      outcomeOf(tableOf(...spoiled, weights), request).parameters,
    );
  });

  it.each([2 ** 140, 2 ** -160])('weigh rows relative to each other: equally in units of %d', (unit) => {
    const table = (size: number) => {
      const { columns, rows } = line(60);
      const weights = Array.from({ length: rows }, (_, row) => (1 + (row % 5)) * size);
      return tableOf(...columns, numbers('w', weights));
    };
    const request: Request = { target: 'y', weightColumn: 'w', ...SHORT };
    const [plain, sized] = [1, unit].map((size) => outcomeOf(table(size), request));
    expect(sized.parameters).toEqual(plain.parameters);
    expect(sized.metrics).toEqual(plain.metrics);
  });

  it('raise the recall of a rare class by balanced class weights', () => {
    const { normal } = createGenerator(3);
    const x = Array.from({ length: 400 }, (_, row) => normal() + (row % 10 === 0 ? 1 : 0));
    const table = tableOf(
      numbers('x', x),
      words(
        'y',
        x.map((_value, row) => (row % 10 === 0 ? 'yes' : 'no')),
      ),
    );
    const recall = (classWeights: 'balanced' | null) => {
      const { metrics } = outcomeOf(table, { target: 'y', training: { epochs: 30, classWeights } });
      return metrics.training && 'recall' in metrics.training ? metrics.training.recall : Number.NaN;
    };
    expect(recall('balanced')).toBeGreaterThan(recall(null) + 0.2);
  });

  it('refuse class weights of unknown classes', () => {
    expect(() => run(flowers(30), { target: 'kind', training: { classWeights: { rose: 2 } } })).toThrow(
      /unknown classes/,
    );
  });
});
