import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { preprocessingSchema } from '../../../src/models/preprocessing/schemas.ts';
import { EDGE_ROWS, EVERY_KIND_CSV, everyKindTraining, type KindRow } from '../support/everyKind.ts';
import { openTrainingService, type TrainingService } from '../support/trainingService.ts';
import { forwardPass } from './forwardPass.ts';

const TOLERANCE = 1e-6;
const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;
if (!hasNumpy) console.warn('skipped: the numpy program, because python3 has no numpy');

let service: TrainingService;
let dataset: string;
beforeAll(async () => {
  service = await openTrainingService();
  dataset = await service.upload(EVERY_KIND_CSV);
});
afterAll(() => service.close());

const get = async (url: string) => (await service.app.inject({ method: 'GET', url })).json();

/** Predictions of the service: the value, or the probability of each class in their order. */
async function predictionsOf(id: string, rows: readonly KindRow[]): Promise<number[][]> {
  const { classes } = await service.model(id);
  const predictions = await service.predict(id, rows);
  return predictions.map(({ value, probabilities }) =>
    classes === null ? [value] : classes.map((name) => probabilities[name]),
  );
}

function expectClose(computed: readonly number[][], expected: readonly number[][]): void {
  const errors = expected.flatMap((row, i) =>
    row.map((value, j) => Math.abs(computed[i][j] - value) / Math.max(1, Math.abs(value))),
  );
  expect(errors).toHaveLength(computed.flat().length);
  expect(errors.every(Number.isFinite)).toBe(true);
  expect(Math.max(...errors)).toBeLessThan(TOLERANCE);
}

async function expectReproduced(id: string): Promise<void> {
  const preprocessing = await get(`/v1/models/${id}/preprocessing`);
  expect(preprocessingSchema.parse(preprocessing)).toEqual(preprocessing);
  const parameters = await get(`/v1/models/${id}/parameters`);
  const computed = EDGE_ROWS.map((row) => forwardPass(preprocessing, parameters, row));
  expectClose(computed, await predictionsOf(id, EDGE_ROWS));
}

const PLAIN = { network: { embedding: null, layers: [{ units: 8, activation: 'tanh' }] } };

describe('the preprocessing of a model', () => {
  it.each([
    ['default features', 'price', {}],
    ['two classes', 'open', PLAIN],
    ['three classes', 'size', PLAIN],
    ['a count', 'visits', { ...PLAIN, task: 'regression', training: { loss: { type: 'poisson' } } }],
    ['bins', 'price', { ...PLAIN, features: { bins: 8 } }],
    ['quantileNormal', 'price', { ...PLAIN, features: { scaling: 'quantileNormal' } }],
    ['standard', 'price', { ...PLAIN, features: { scaling: 'standard' } }],
    ['range', 'open', { ...PLAIN, features: { scaling: 'range', minCategoryCount: 150 } }],
    ['cosine', 'price', { network: { embedding: { type: 'cosine', width: 4, scale: 0.3 } } }],
    ['piecewiseLinear', 'size', { network: { embedding: { type: 'piecewiseLinear', width: 4, bins: 8 } } }],
    ['batch', 'price', { network: { layers: [{ units: 8, activation: 'relu', normalization: 'batch' }] } }],
    ['layer', 'price', { network: { layers: [{ units: 8, activation: 'relu', normalization: 'layer' }] } }],
    ['no hidden layer', 'open', { network: { embedding: null, layers: [] } }],
  ])('reproduces predictions by hand with its parameters: %s', async (_name, target, more) => {
    await expectReproduced(await service.train(dataset, everyKindTraining(target, more)));
  });

  it('lists the inputs of the matrix in order', async () => {
    const id = await service.train(dataset, everyKindTraining('price', { features: { bins: 4 } }));
    const { inputs, columns } = await get(`/v1/models/${id}/preprocessing`);
    let next = 0;
    for (const column of columns) {
      expect(column.firstInput).toBe(next);
      next += column.inputs.length;
    }
    expect(next).toBe(inputs);
    expect(columns[0].inputs.slice(0, 2)).toEqual(['area', expect.stringContaining('area from ')]);
  });

  it.skipIf(!hasNumpy)('reproduces predictions in a short numpy program', async () => {
    const exclude = ['price', 'visits', 'size', 'opened'];
    const id = await service.train(dataset, everyKindTraining('open', { features: { exclude } }));
    const given = {
      preprocessing: await get(`/v1/models/${id}/preprocessing`),
      parameters: await get(`/v1/models/${id}/parameters`),
      rows: EDGE_ROWS,
    };
    const program = join(import.meta.dirname, 'forwardPass.py');
    const { stdout, stderr, status } = spawnSync('python3', [program], {
      input: JSON.stringify(given),
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    expectClose(JSON.parse(stdout), await predictionsOf(id, EDGE_ROWS));
  });

  it('lists each member of an ensemble, or the one that the request names', async () => {
    const ids = await service.twins(dataset, everyKindTraining('price'));
    const ensemble = await service.ensemble(ids);
    const single = await get(`/v1/models/${ids[0]}/preprocessing`);
    const all = await get(`/v1/models/${ensemble}/preprocessing`);
    expect(all).toEqual({ members: ids.map((modelId) => ({ modelId, ...single })) });
    expect(preprocessingSchema.parse(all)).toEqual(all);
    expect(await get(`/v1/models/${ensemble}/preprocessing?member=2`)).toEqual(single);
    const missing = await get(`/v1/models/${ensemble}/preprocessing?member=3`);
    expect(missing).toMatchObject({ status: 404, code: 'member_not_found' });
    expect(missing.detail).toContain('use a number from 1 to 2');
  });

  it('is not found for a missing model', async () => {
    expect(await get('/v1/models/mdl_none/preprocessing')).toMatchObject({ status: 404, code: 'model_not_found' });
  });
});
