import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TraceAnswer } from '../../../src/training/trace/answer.ts';
import { openTrainingService, type TrainingService } from '../support/trainingService.ts';

let service: TrainingService;
/** Models of one table, by the kind of their target. */
const models: Record<string, string> = {};

const CITIES = ['Oslo', 'Rome', 'Bern'];
const ROWS = 90;
const table = [
  'rooms,city,opened,garden,size,price,paid',
  ...Array.from({ length: ROWS }, (_, i) => {
    const rooms = i % 17 === 5 ? '' : String((i * 7) % 11);
    const city = i % 13 === 6 ? '' : CITIES[i % 3];
    const size = i % 4 < 2 ? 'small' : i % 4 === 2 ? 'middle' : 'large';
    const opened = `2024-${String((i % 12) + 1).padStart(2, '0')}-11`;
    return `${rooms},${city},${opened},${i % 5 < 2 ? 'yes' : 'no'},${size},${100 + i * 3},${i % 2 ? 'True' : 'False'}`;
  }),
].join('\n');

const layers = [
  { units: 6, activation: 'relu' },
  { units: 4, activation: 'tanh', normalization: 'batch', dropout: 0.2 },
];

beforeAll(async () => {
  service = await openTrainingService();
  const datasetId = await service.upload(table);
  const training = { epochs: 2 };
  for (const target of ['size', 'price', 'paid']) {
    models[target] = await service.train(datasetId, { target, training, network: { layers } });
  }
  models.embedded = await service.train(datasetId, {
    ...{ target: 'price', training },
    network: { embedding: { type: 'piecewiseLinear', width: 4, bins: 3 }, layers },
  });
  const twins = await service.twins(datasetId, { target: 'size', training, network: { layers } });
  models.ensemble = await service.ensemble(twins);
});
afterAll(() => service.close());

const EXAMPLES = [
  { rooms: 4, city: 'Oslo', opened: '2024-05-11', garden: 'yes' },
  { rooms: null, city: 'Paris', opened: '2024-07-11', garden: 'no' },
  { rooms: 9, city: null, opened: null, garden: 'no' },
];
const TARGETS: Readonly<Record<string, readonly unknown[]>> = {
  size: ['large', 'small', 'middle'],
  price: [130, 240.5, 99],
  paid: ['True', 'false', true],
  embedded: [130, 240.5, 99],
};

async function post(model: string, payload: object | string, query = '') {
  const url = `/v1/models/${models[model]}/trace${query}`;
  const headers = { 'content-type': 'application/json' };
  const response = await service.app.inject({ method: 'POST', url, payload, headers });
  return { status: response.statusCode, body: response.json() };
}

async function trace(model: string, payload: object, query = ''): Promise<TraceAnswer> {
  const { status, body } = await post(model, payload, query);
  expect(status, JSON.stringify(body).slice(0, 500)).toBe(200);
  return body;
}

/** The outputs of the last layer, a list for each row. */
function outputsOf({ layers: traced }: TraceAnswer): number[][] {
  const values = traced.at(-1)?.A?.values ?? [];
  return values[0].map((_, i) => values.map((row) => Number(row[i])));
}

describe('a trace of a model', () => {
  it('ends with the outputs that a prediction has, for every kind of column and cell', async () => {
    const [size, price, paid, embedded] = await Promise.all(
      ['size', 'price', 'paid', 'embedded'].map(async (model) => ({
        outputs: outputsOf(await trace(model, { rows: EXAMPLES })),
        predicted: await service.predict(models[model], EXAMPLES),
      })),
    );
    for (const [i, logits] of size.outputs.entries()) {
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      const probabilities = Object.values(size.predicted[i].probabilities);
      for (const [k, logit] of logits.entries()) expect(probabilities[k]).toBeCloseTo(Math.exp(logit) / total, 5);
    }
    for (const [i, [logit]] of paid.outputs.entries()) {
      expect(paid.predicted[i].probabilities.True).toBeCloseTo(1 / (1 + Math.exp(-logit)), 5);
    }
    for (const { outputs, predicted } of [price, embedded]) {
      // The scaled values are the predicted ones up to one mean and one deviation.
      const ratio = (a: number, b: number, c: number) => (b - a) / (c - a);
      const [a, b, c] = outputs.map(([output]) => output);
      const [x, y, z] = predicted.map(({ value }) => value);
      expect(ratio(a, b, c)).toBeCloseTo(ratio(x, y, z), 3);
    }
  });

  it.each(['size', 'price', 'paid', 'embedded'])('of %s has correct gradients in both modes', async (model) => {
    for (const mode of ['predict', 'train']) {
      const traced = await trace(model, { rows: EXAMPLES, targets: TARGETS[model], mode });
      expect(traced.gradientCheck).toMatchObject({ passed: true });
      expect(traced.loss).toBeGreaterThan(0);
      expect(traced.layers.at(-1)?.dW?.shape[1]).toBe(4);
    }
  });

  it('names the inputs, and has the inputs of categories as numbers', async () => {
    const { inputs } = await trace('size', { rows: EXAMPLES });
    const rowOf = (name: string) => inputs.X.values[inputs.names?.indexOf(name) ?? -1];
    expect(inputs.X.shape).toEqual([inputs.names?.length, 3]);
    expect(rowOf('city=Oslo')).toEqual([1, 0, 0]);
    expect(rowOf('city is missing')?.[2]).toBe(1);
  });

  it('reads the targets from the rows if all have the column', async () => {
    const withTargets = EXAMPLES.map((row, i) => ({ ...row, size: TARGETS.size[i] }));
    const [first, second] = [
      await trace('size', { rows: withTargets }),
      await trace('size', { rows: EXAMPLES, targets: TARGETS.size }),
    ];
    expect(first).toEqual(second);
    const partly = await trace('size', { rows: [withTargets[0], EXAMPLES[1]] });
    expect(partly.loss).toBeNull();
  });

  it('of an ensemble is one of its members', async () => {
    const heaviest = await trace('ensemble', { rows: EXAMPLES });
    expect(heaviest.member).toBe(1);
    expect((await trace('ensemble', { rows: EXAMPLES }, '?member=2')).member).toBe(2);
    expect((await post('ensemble', { rows: EXAMPLES }, '?member=3')).body).toMatchObject({ code: 'member_not_found' });
    expect((await post('size', { rows: EXAMPLES }, '?member=1')).status).toBe(404);
  });
});

describe('a trace of a model refuses', () => {
  it.each([
    ['an unknown column', { rows: [{ room: 1 }] }, 422, '/rows/0/room'],
    ['an unknown label', { rows: EXAMPLES, targets: ['large', 'small', 'huge'] }, 422, '/targets/2'],
    ['a missing label', { rows: EXAMPLES, targets: ['large', null, 'small'] }, 422, '/targets/1'],
    ['an unknown label in a row', { rows: [{ size: 'huge' }] }, 422, '/rows/0/size'],
    ['targets for other rows', { rows: EXAMPLES, targets: ['large'] }, 400, '/targets'],
    ['no rows', { rows: [] }, 400, '/rows'],
    ['an unknown field', { rows: EXAMPLES, target: [] }, 400, '/target'],
    ['a layer that is not there', { rows: EXAMPLES, layers: [4] }, 400, '/layers'],
  ])('%s', async (_, payload, status, path) => {
    const { status: actual, body } = await post('size', payload);
    expect([actual, body.errors[0].path]).toEqual([status, path]);
  });

  it('too many rows, an empty body, and another model', async () => {
    const many = Array.from({ length: 257 }, () => EXAMPLES[0]);
    expect((await post('size', { rows: many })).body).toMatchObject({ status: 413, code: 'trace_too_large' });
    expect((await post('size', ' ')).body).toMatchObject({ status: 400, code: 'invalid_json' });
    expect((await post('none', { rows: EXAMPLES })).body).toMatchObject({ code: 'model_not_found' });
  });
});
