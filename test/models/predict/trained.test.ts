import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/reference.ts';
import type { Column, Table } from '../../../src/formats/table.ts';
import type { Outcome } from '../../../src/training/outcome.ts';
import { resolveSpec } from '../../../src/training/resolve/resolve.ts';
import { specRequestSchema } from '../../../src/training/schemas/spec.ts';
import { trainTable } from '../../support/trainTable.ts';
import { openTestService, type TestService } from '../support/testService.ts';

const ROWS = 240;
const CITIES = ['Oslo', 'Rome', '東京'];
const DAY_MS = 86_400_000;

interface Row {
  readonly [column: string]: number | string | boolean | null;
}

/** The size of a shop follows from its rooms, its city and its garden. A few values are missing. */
const rows: readonly Row[] = Array.from({ length: ROWS }, (_, i) => {
  const rooms = (i * 7) % 11;
  const garden = i % 3 === 0;
  const score = rooms + (garden ? 4 : 0) + (i % 3);
  return {
    rooms: i % 17 === 0 ? null : rooms,
    garden,
    city: i % 13 === 0 ? null : (CITIES[i % 3] ?? null),
    opened: new Date(Date.UTC(2020, 0, 1) + i * DAY_MS).toISOString(),
    size: score < 5 ? 'small' : score < 9 ? 'middle' : 'large',
    part: i % 5 === 0 ? 'test' : i % 5 === 1 ? 'validation' : 'train',
  };
});

function numbers(name: string, type: 'numeric' | 'boolean' | 'datetime', read: (row: Row) => number): Column {
  return { name, type, values: Float64Array.from(rows, read) };
}

function words(name: string): Column {
  const categories = [...new Set(rows.map((row) => row[name]).filter((cell) => typeof cell === 'string'))];
  return {
    name,
    type: 'categorical',
    codes: Int32Array.from(rows, (row) => categories.indexOf(String(row[name]))),
    categories,
  };
}

const table: Table = {
  rows: ROWS,
  columns: [
    numbers('rooms', 'numeric', ({ rooms }) => (rooms === null ? Number.NaN : Number(rooms))),
    numbers('garden', 'boolean', ({ garden }) => Number(garden)),
    words('city'),
    numbers('opened', 'datetime', ({ opened }) => Date.parse(String(opened))),
    words('size'),
    words('part'),
  ],
};

type Embedding = NonNullable<z.input<typeof specRequestSchema>['network']>['embedding'];

function trainSizes(embedding: Embedding = null): Outcome {
  const request = specRequestSchema.parse({
    target: 'size',
    split: { method: 'column', column: 'part' },
    network: { embedding, layers: [{ units: 8, activation: 'tanh', normalization: 'batch' }] },
    training: { epochs: 15, batchSize: 16 },
  });
  const shape = {
    rows: ROWS,
    columns: table.columns.map(({ name, type }) => ({ name, type, missing: 0, distinct: 3 })),
  };
  const { spec } = resolveSpec(request, shape);
  if (spec === null) throw new Error('The request cannot be resolved.');
  return trainTable(table, spec, createReferenceKernels);
}

let service: TestService;
let model: string;
let outcome: Outcome;
beforeAll(async () => {
  service = await openTestService();
  outcome = trainSizes();
  model = await service.save(outcome, Object.keys(rows[0] ?? {}));
});
afterAll(() => service.close());

async function predict(payload: string | object, contentType: string, id = model) {
  const response = await service.app.inject({
    method: 'POST',
    url: `/v1/models/${id}/predict`,
    payload,
    headers: { 'content-type': contentType },
  });
  expect(response.statusCode).toBe(200);
  return response;
}

describe('a trained model', () => {
  it('has the accuracy that training measured on the uploaded test rows', async () => {
    const tests = rows.filter(({ part }) => part === 'test');
    const { predictions } = (await predict({ rows: tests }, 'application/json')).json();
    const hits = tests.filter(({ size }, i) => predictions[i].label === size).length;
    expect(outcome.metrics.test).toMatchObject({ accuracy: hits / tests.length });
  });

  it('predicts the same for the same rows in every format', async () => {
    const names = Object.keys(rows[0] ?? {}).toReversed();
    const csv = [names.join(), ...rows.map((row) => names.map((name) => row[name] ?? '').join())].join('\n');
    const { predictions } = (await predict({ rows }, 'application/json')).json();
    const ndjson = await predict(rows.map((row) => JSON.stringify(row)).join('\n'), 'application/x-ndjson');
    expect(
      ndjson.body
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(predictions);
    const [header, ...lines] = (await predict(csv, 'text/csv')).body.trim().split('\n');
    expect(header).toBe('prediction,probability_large,probability_middle,probability_small');
    expect(lines).toEqual(
      predictions.map(({ label, probabilities }: { label: string; probabilities: Record<string, number> }) =>
        [label, ...Object.values(probabilities)].join(),
      ),
    );
  });

  it('returns the parameters of its normalization beside W and b', async () => {
    const { layers } = (await service.app.inject(`/v1/models/${model}/parameters`)).json();
    expect(Object.keys(layers[0]).sort()).toEqual(['W', 'activation', 'b', 'beta', 'gamma', 'layer', 'mean', 'var']);
    const { sha256 } = (await service.app.inject(`/v1/models/${model}`)).json();
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe.each([
  { type: 'cosine', width: 6, scale: 0.5 },
  { type: 'piecewiseLinear', width: 3, bins: 4 },
] as const)('a trained model with the embedding $type', (embedding) => {
  let embedded: Outcome;
  let id: string;
  beforeAll(async () => {
    embedded = trainSizes(embedding);
    id = await service.save(embedded, Object.keys(rows[0] ?? {}));
  });

  it('has the accuracy that training measured on the uploaded test rows', async () => {
    const tests = rows.filter(({ part }) => part === 'test');
    const { predictions } = (await predict({ rows: tests }, 'application/json', id)).json();
    const hits = tests.filter(({ size }, i) => predictions[i].label === size).length;
    expect(embedded.metrics.test).toMatchObject({ accuracy: hits / tests.length });
  });

  it('shows its columns and shapes, and counts its parameters', async () => {
    const shown = (await service.app.inject(`/v1/models/${id}`)).json();
    const { type, width } = embedding;
    expect(shown.embedding).toMatchObject({ layer: 0, type, width, columns: ['rooms'] });
    expect(shown.layers[0].shapes.W[1]).toBeGreaterThan(width);
    const learned = embedded.parameters.filter(({ name }) => name !== 'mean' && name !== 'var');
    expect(shown.parameterCount).toBe(learned.reduce((sum, { values }) => sum + values.length, 0));
  });

  it('returns the parameters of layer 0, and null without an embedding', async () => {
    const returned = (await service.app.inject(`/v1/models/${id}/parameters`)).json().embedding;
    for (const { layer, name, shape, values } of embedded.parameters) {
      if (layer > 0) continue;
      expect(returned[name].shape).toEqual(shape);
      expect(Float32Array.from(returned[name].values.flat())).toEqual(Float32Array.from(values));
    }
    const names = embedding.type === 'cosine' ? ['b', 's', 't', 'w'] : ['V', 'edges', 'l', 'm'];
    expect(Object.keys(returned).toSorted()).toEqual([...names, 'layer', 'type'].toSorted());
    expect((await service.app.inject(`/v1/models/${model}/parameters`)).json().embedding).toBeNull();
  });
});
