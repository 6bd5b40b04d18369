import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '../../../src/models/schemas.ts';
import { SHOPS, SHOPS_CSV, shopTraining } from '../support/shops.ts';
import { openTestService, type TestService } from '../support/trainingService.ts';

let house: TestService;
let dataset: string;
beforeAll(async () => {
  house = await openTestService();
  dataset = await house.upload(SHOPS_CSV);
});
afterAll(() => house.close());

/** The engine sums float32. */
const DIGITS = 5;
const tests = SHOPS.filter(({ part }) => part === 'test');

type Metrics = Model['metrics'];

/** The same numbers within what float32 leaves of them. */
function expectClose(actual: Metrics, expected: Metrics): void {
  for (const part of ['training', 'validation', 'test'] as const) {
    expect(Object.keys(actual[part] ?? {})).toEqual(Object.keys(expected[part] ?? {}));
    for (const [name, value] of Object.entries(expected[part] ?? {})) {
      const measured = Object.entries(actual[part] ?? {}).find(([other]) => other === name)?.[1];
      if (typeof value === 'number') expect(Number(measured) / value, `${part} ${name}`).toBeCloseTo(1, DIGITS);
      else expect(measured, `${part} ${name}`).toEqual(value);
    }
  }
}

describe('the metrics of an ensemble of twins are those of each of them', () => {
  it.each([
    ['two classes', 'open', {}],
    ['two classes that are smoothed', 'open', { training: { labelSmoothing: 0.1 } }],
    ['two classes with weights', 'open', { training: { classWeights: { seldom: 3 } } }],
    ['two classes of two outputs', 'open', { task: 'multiclass', training: { loss: 'crossEntropy' } }],
    ['three classes', 'size', {}],
    [
      'three classes in balance, of rows with weights',
      'size',
      { weightColumn: 'importance', training: { classWeights: 'balanced' } },
    ],
    ['numbers', 'sales', { training: { loss: 'mse' } }],
    ['numbers by a robust loss', 'sales', { training: { loss: { type: 'huber', delta: 0.5 } } }],
    [
      'a quantile of rows with weights',
      'sales',
      { weightColumn: 'importance', training: { loss: { type: 'quantile', level: 0.8 } } },
    ],
    ['counts', 'visits', { task: 'regression', training: { loss: 'poisson' } }],
    ['rows drawn at random', 'size', { split: { method: 'random', validation: 0.2, test: 0.2, seed: 3 } }],
    ['rows of which none are tested', 'size', { split: { method: 'ordered', validation: 0.2, test: 0 } }],
  ])('%s', async (_name, target, more) => {
    const twins = await house.twins(dataset, shopTraining(target, 1, more));
    const ensemble = await house.model(await house.ensemble(twins));
    const { metrics } = await house.model(twins[0]);
    expect(metrics.training).not.toBeNull();
    expectClose(ensemble.metrics, metrics);
    expect(ensemble.warnings.filter(({ code }) => code === 'not_measured')).toEqual([]);
  });
});

describe('the metrics of an ensemble', () => {
  it('are of the mean of the probabilities', async () => {
    const ids = [
      await house.train(dataset, shopTraining('size', 1)),
      await house.train(dataset, shopTraining('size', 2)),
    ];
    const id = await house.ensemble(ids);
    const predictions = await house.predict(id, tests);
    const hits = tests.filter(({ size }, i) => predictions[i].label === size).length;
    const losses = tests.map(({ size }, i) => -Math.log(predictions[i].probabilities[size] ?? 0));
    const { metrics } = await house.model(id);
    expect(metrics.test).toMatchObject({ accuracy: hits / tests.length });
    expect(metrics.test?.loss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / tests.length, DIGITS);
  });

  it('are of the mean of the numbers, in the own unit of the target', async () => {
    const ids = [
      await house.train(dataset, shopTraining('sales', 1)),
      await house.train(dataset, shopTraining('sales', 2)),
    ];
    const id = await house.ensemble(ids);
    const predictions = await house.predict(id, tests);
    const errors = tests.map(({ sales }, i) => Math.abs(predictions[i].value - sales));
    const { metrics } = await house.model(id);
    const mae = errors.reduce((sum, error) => sum + error, 0) / tests.length;
    expect(Number(metrics.test?.mae) / mae).toBeCloseTo(1, DIGITS);
  });

  it('have no loss where the members minimize different things, and all else', async () => {
    const smoothed = { training: { labelSmoothing: 0.2 } };
    const classes = await house.ensemble([
      await house.train(dataset, shopTraining('open', 1)),
      await house.train(dataset, shopTraining('open', 1, smoothed)),
    ]);
    const numbers = await house.ensemble([
      await house.train(dataset, shopTraining('visits', 1, { task: 'regression', training: { loss: 'poisson' } })),
      await house.train(dataset, shopTraining('visits', 1, { task: 'regression', training: { loss: 'mae' } })),
    ]);
    expect((await house.model(classes)).metrics.test).toMatchObject({ loss: null, accuracy: expect.any(Number) });
    expect((await house.model(numbers)).metrics.test).toMatchObject({ loss: null, rmse: expect.any(Number) });
  });

  it('are not there when the dataset is deleted, which a warning says', async () => {
    const lost = await house.upload(SHOPS_CSV.replace('Oslo', 'Bergen'));
    const ids = [await house.train(lost, shopTraining('size', 1)), await house.train(lost, shopTraining('size', 2))];
    await house.database.deleteFrom('datasets').where('id', '=', lost).execute();
    const model = await house.model(await house.ensemble(ids));
    expect(model).toMatchObject({ datasetId: null, metrics: { training: null, validation: null, test: null } });
    expect(model.warnings).toContainEqual({
      code: 'not_measured',
      message: expect.stringContaining('dataset is deleted'),
    });
  });

  it('are not there when the file cannot be read, and the ensemble is', async () => {
    const broken = await house.upload(SHOPS_CSV.replace('Oslo', 'Lund'));
    const ids = [
      await house.train(broken, shopTraining('size', 1)),
      await house.train(broken, shopTraining('size', 2)),
    ];
    await house.database.updateTable('datasets').set({ file: 'gone' }).where('id', '=', broken).execute();
    const id = await house.ensemble(ids);
    expect((await house.model(id)).warnings.map(({ code }) => code)).toContain('not_measured');
    expect(await house.predict(id, tests)).toHaveLength(tests.length);
  });
});
