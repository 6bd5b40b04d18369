import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvaluateModel, type EvaluateModel } from '../../../src/models/evaluate/service.ts';
import type { Model } from '../../../src/models/schemas.ts';
import { readAnyDescription } from '../../../src/models/stored/description.ts';
import { findModel } from '../../../src/models/stored/modelStore.ts';
import { openModel, type StoredModel } from '../../../src/models/stored/storedNetworks.ts';
import { SHOPS, SHOPS_CSV, shopTraining } from '../support/shops.ts';
import { openTrainingService, type TrainingService } from '../support/trainingService.ts';

let service: TrainingService;
let dataset: string;
let evaluateModel: EvaluateModel;
beforeAll(async () => {
  service = await openTrainingService();
  dataset = await service.upload(SHOPS_CSV);
  const { find: findDataset, findFile } = service.datasets;
  evaluateModel = createEvaluateModel({ findDataset, findFile, kernels: 'wasm' });
});
afterAll(() => service.close());

/** The engine sums float32. */
const DIGITS = 5;
const tests = SHOPS.filter(({ part }) => part === 'test');

type Metrics = Model['metrics'];

/** Measures a stored model again. The metrics are as in JSON: null where they are undefined. */
async function evaluate(id: string): Promise<Metrics> {
  const { metrics, warnings } = await evaluateModel(await open(id));
  expect(warnings).toEqual([]);
  return JSON.parse(JSON.stringify(metrics));
}

async function open(id: string): Promise<StoredModel> {
  const row = await findModel(service.database, id);
  if (row === undefined) throw new Error(`There is no model ${id}.`);
  return openModel(service.database, row, readAnyDescription(row.description));
}

/** The same numbers within the precision of float32. */
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

const TRAININGS = [
  ['two classes', 'open', {}],
  ['two smoothed classes', 'open', { training: { labelSmoothing: 0.1 } }],
  ['two weighted classes', 'open', { training: { classWeights: { seldom: 3 } } }],
  ['two classes with two outputs', 'open', { task: 'multiclass', training: { loss: 'crossEntropy' } }],
  ['three classes', 'size', {}],
  [
    'three balanced classes of weighted rows',
    'size',
    { weightColumn: 'importance', training: { classWeights: 'balanced' } },
  ],
  ['numbers', 'sales', { training: { loss: 'mse' } }],
  ['numbers with a robust loss', 'sales', { training: { loss: { type: 'huber', delta: 0.5 } } }],
  [
    'a quantile of weighted rows',
    'sales',
    { weightColumn: 'importance', training: { loss: { type: 'quantile', level: 0.8 } } },
  ],
  ['counts', 'visits', { task: 'regression', training: { loss: 'poisson' } }],
  ['a random split', 'size', { split: { method: 'random', validation: 0.2, test: 0.2, seed: 3 } }],
  ['a split without test rows', 'size', { split: { method: 'ordered', validation: 0.2, test: 0 } }],
] as const;

describe.each(TRAININGS)('a training on %s', (_name, target, more) => {
  it('has the metrics of its job when its single model is measured, and when an ensemble of twins is', async () => {
    const twins = await service.twins(dataset, shopTraining(target, 1, more));
    const { metrics } = await service.model(twins[0]);
    expect(metrics.training).not.toBeNull();
    expectClose(await evaluate(twins[0]), metrics);
    const id = await service.ensemble(twins);
    const ensemble = await service.model(id);
    expectClose(ensemble.metrics, metrics);
    expect(ensemble.warnings.filter(({ code }) => code === 'not_measured')).toEqual([]);
    expectClose(await evaluate(id), metrics);
  });
});

describe('a single model', () => {
  it('has the accuracy of its predictions of the test rows', async () => {
    const id = await service.train(dataset, shopTraining('size', 1));
    const predictions = await service.predict(id, tests);
    const hits = tests.filter(({ size }, i) => predictions[i].label === size).length;
    expect((await evaluate(id)).test).toMatchObject({ accuracy: hits / tests.length });
  });

  it('has no metrics after its dataset was deleted, and a warning gives the reason', async () => {
    const deleted = await service.upload(SHOPS_CSV.replace('Oslo', 'Moss'));
    const id = await service.train(deleted, shopTraining('size', 1));
    await service.database.deleteFrom('datasets').where('id', '=', deleted).execute();
    const { metrics, warnings } = await evaluateModel(await open(id));
    expect(metrics).toEqual({ training: null, validation: null, test: null });
    expect(warnings).toEqual([{ code: 'not_measured', message: expect.stringContaining('dataset is deleted') }]);
  });
});

describe('the metrics of an ensemble', () => {
  it('are those of the mean probabilities', async () => {
    const ids = [
      await service.train(dataset, shopTraining('size', 1)),
      await service.train(dataset, shopTraining('size', 2)),
    ];
    const id = await service.ensemble(ids);
    const predictions = await service.predict(id, tests);
    const hits = tests.filter(({ size }, i) => predictions[i].label === size).length;
    const losses = tests.map(({ size }, i) => -Math.log(predictions[i].probabilities[size] ?? 0));
    const { metrics } = await service.model(id);
    expect(metrics.test).toMatchObject({ accuracy: hits / tests.length });
    expect(metrics.test?.loss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / tests.length, DIGITS);
  });

  it('are those of the mean numbers, in the unit of the target', async () => {
    const ids = [
      await service.train(dataset, shopTraining('sales', 1)),
      await service.train(dataset, shopTraining('sales', 2)),
    ];
    const id = await service.ensemble(ids);
    const predictions = await service.predict(id, tests);
    const errors = tests.map(({ sales }, i) => Math.abs(predictions[i].value - sales));
    const { metrics } = await service.model(id);
    const mae = errors.reduce((sum, error) => sum + error, 0) / tests.length;
    expect(Number(metrics.test?.mae) / mae).toBeCloseTo(1, DIGITS);
  });

  it('have all but the loss if the members minimize different losses', async () => {
    const smoothed = { training: { labelSmoothing: 0.2 } };
    const classes = await service.ensemble([
      await service.train(dataset, shopTraining('open', 1)),
      await service.train(dataset, shopTraining('open', 1, smoothed)),
    ]);
    const numbers = await service.ensemble([
      await service.train(dataset, shopTraining('visits', 1, { task: 'regression', training: { loss: 'poisson' } })),
      await service.train(dataset, shopTraining('visits', 1, { task: 'regression', training: { loss: 'mae' } })),
    ]);
    expect((await service.model(classes)).metrics.test).toMatchObject({ loss: null, accuracy: expect.any(Number) });
    expect((await service.model(numbers)).metrics.test).toMatchObject({ loss: null, rmse: expect.any(Number) });
  });

  it('are null if the dataset was deleted, and a warning gives the reason', async () => {
    const lost = await service.upload(SHOPS_CSV.replace('Oslo', 'Bergen'));
    const ids = [
      await service.train(lost, shopTraining('size', 1)),
      await service.train(lost, shopTraining('size', 2)),
    ];
    await service.database.deleteFrom('datasets').where('id', '=', lost).execute();
    const model = await service.model(await service.ensemble(ids));
    expect(model).toMatchObject({ datasetId: null, metrics: { training: null, validation: null, test: null } });
    expect(model.warnings).toContainEqual({
      code: 'not_measured',
      message: expect.stringContaining('dataset is deleted'),
    });
  });

  it('are null if the file cannot be read, and the ensemble still predicts', async () => {
    const broken = await service.upload(SHOPS_CSV.replace('Oslo', 'Lund'));
    const ids = [
      await service.train(broken, shopTraining('size', 1)),
      await service.train(broken, shopTraining('size', 2)),
    ];
    await service.database.updateTable('datasets').set({ file: 'gone' }).where('id', '=', broken).execute();
    const id = await service.ensemble(ids);
    expect((await service.model(id)).warnings.map(({ code }) => code)).toContain('not_measured');
    expect(await service.predict(id, tests)).toHaveLength(tests.length);
  });
});
