import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACTIVATIONS } from '../../../src/engine/kernels/kernels.ts';
import { hasOnnxRuntime, loadOnnxRuntime, type OnnxRuntime } from '../../oracles/onnxRuntime.ts';
import { forwardPass, inputsOfRow } from '../preprocessing/forwardPass.ts';
import { EDGE_ROWS, EVERY_KIND_CSV, everyKindTraining, type KindRow } from '../support/everyKind.ts';
import { openTrainingService, type TrainingService } from '../support/trainingService.ts';

/** Relative above 1, absolute below. */
const TOLERANCE = 1e-5;
/** Labels may differ where two probabilities are closer than this. */
const TIE = 1e-6;

interface Exported {
  readonly value?: readonly number[];
  readonly label?: readonly string[];
  readonly probabilities?: readonly number[];
}

describe.skipIf(!hasOnnxRuntime)('a model in ONNX', () => {
  let service: TrainingService;
  let runtime: OnnxRuntime;
  let dataset: string;
  beforeAll(async () => {
    runtime = await loadOnnxRuntime();
    service = await openTrainingService();
    dataset = await service.upload(EVERY_KIND_CSV);
  });
  afterAll(() => service.close());

  async function open(id: string, query = '') {
    const response = await service.app.inject({ method: 'GET', url: `/v1/models/${id}/export?format=onnx${query}` });
    expect(response.statusCode, response.body.slice(0, 500)).toBe(200);
    return runtime.InferenceSession.create(new Uint8Array(response.rawPayload));
  }

  async function score(id: string, rows: readonly KindRow[]): Promise<Exported> {
    const session = await open(id);
    const { inputs } = await service.model(id);
    const kindOf = new Map(inputs.map(({ name, type }) => [name, type]));
    const feeds = session.inputNames.map((name) => {
      const column = name;
      const cells = rows.map((row) => row[column] ?? null);
      if (kindOf.get(column) === 'categorical')
        return [
          name,
          new runtime.Tensor(
            'string',
            cells.map((cell) => (cell === null ? '' : String(cell))),
            [rows.length, 1],
          ),
        ] as const;
      const toNumber = (cell: (typeof cells)[number]) =>
        cell === null ? Number.NaN : kindOf.get(column) === 'datetime' ? Date.parse(String(cell)) : Number(cell);
      return [name, new runtime.Tensor('float64', Float64Array.from(cells, toNumber), [rows.length, 1])] as const;
    });
    const outputs = await session.run(Object.fromEntries(feeds));
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data }]) => [name, Array.from<never>(data as never)]),
    );
  }

  async function expectParity(id: string, rows: readonly KindRow[] = EDGE_ROWS): Promise<void> {
    const { classes } = await service.model(id);
    const predictions = await service.predict(id, rows);
    const { value = [], label = [], probabilities = [] } = await score(id, rows);
    expect(predictions).toHaveLength(rows.length);
    for (const [row, predicted] of predictions.entries()) {
      if (classes === null) {
        expectClose(value[row], predicted.value, row);
        continue;
      }
      const expected = classes.map((name) => predicted.probabilities[name]);
      const computed = probabilities.slice(row * classes.length, (row + 1) * classes.length);
      for (const [i, probability] of expected.entries()) expectClose(computed[i], probability, row);
      const [first, second] = expected.toSorted((a, b) => b - a);
      if (first - second > TIE) expect(label[row]).toBe(predicted.label);
    }
  }

  function expectClose(computed: number, expected: number, row: number): void {
    const error = Math.abs(computed - expected) / Math.max(1, Math.abs(expected));
    expect(error, `row ${row}: ${computed} for ${expected}`).toBeLessThan(TOLERANCE);
  }

  const TARGETS = ['price', 'open', 'size'];
  const PLAIN = { network: { embedding: null, layers: [{ units: 8, activation: 'tanh' }] } };
  const check = async (target: string, more: object) =>
    expectParity(await service.train(dataset, everyKindTraining(target, more)));

  it.each(TARGETS)('predicts as the service with default features: %s', (target) => check(target, {}));

  it.each(['auto', 'standard', 'range', 'quantileNormal', 'none'])('has the scaling %s', (scaling) =>
    check('open', {
      ...PLAIN,
      features: {
        scaling,
        bins: 6,
        ...(scaling === 'none' && { exclude: ['huge', 'opened', 'price', 'visits', 'size'] }),
      },
    }),
  );

  it('has rare categories and categories that training did not see', async () => {
    await check('price', { ...PLAIN, features: { maxCategories: 2 } });
    await check('price', { ...PLAIN, features: { minCategoryCount: 150 } });
  });

  it.each(ACTIVATIONS)('has the activation %s', (activation) =>
    check('price', {
      network: {
        layers: [
          { units: 8, activation },
          { units: 5, activation },
        ],
      },
    }),
  );

  it.each(['mse', 'mae', 'huber', 'quantile', 'poisson'])('has the loss %s', (type) =>
    check('visits', { ...PLAIN, task: 'regression', training: { loss: { type } } }),
  );

  it.each(['batch', 'layer'])('has the normalization %s', (normalization) =>
    check('size', { network: { layers: [{ units: 8, activation: 'relu', normalization }] } }),
  );

  it.each([
    ['cosine', { type: 'cosine', width: 6, scale: 0.5 }],
    ['piecewiseLinear', { type: 'piecewiseLinear', width: 4, bins: 8 }],
  ])('has the embedding %s', (_name, embedding) =>
    check('price', { network: { embedding, layers: [{ units: 8, activation: 'relu' }] } }),
  );

  it('has no hidden layer, and only categories', async () => {
    await check('open', { network: { embedding: null, layers: [] } });
    const exclude = ['area', 'rooms', 'rare', 'huge', 'garden', 'opened', 'price', 'visits', 'size'];
    await check('open', { network: { embedding: null, layers: [] }, features: { exclude } });
  });

  it('averages the members of an ensemble in one graph', async () => {
    const first = await service.train(dataset, everyKindTraining('size', PLAIN));
    const embedding = { type: 'piecewiseLinear', width: 3, bins: 5 };
    const second = await service.train(
      dataset,
      everyKindTraining('size', { features: { bins: 6 }, network: { embedding }, training: { seed: 3 } }),
    );
    await expectParity(await service.ensemble([first, second]));
  });

  it('names outputs apart from columns', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({ value: i % 13, label: (i * 7) % 5 }));
    const csv = [
      'value,label,y',
      ...rows.map(({ value, label }, i) => `${value},${label},${value * 2 + label + (i % 2) * 0.5}`),
    ];
    const id = await service.train(await service.upload(csv.join('\n')), {
      ...{ target: 'y', task: 'regression', network: { layers: [] }, training: { epochs: 3, batchSize: 16 } },
    });
    const session = await open(id);
    expect(session.inputNames).toEqual(['value', 'label']);
    expect(session.outputNames).toEqual(['value_2']);
  });

  it.each([null, { type: 'cosine', width: 4, scale: 0.5 }])(
    'reads the matrix of inputs, with embedding %j',
    async (embedding) => {
      const id = await service.train(dataset, everyKindTraining('price', { network: { embedding } }));
      const session = await open(id, '&inputs=matrix');
      const get = async (url: string) => (await service.app.inject({ method: 'GET', url })).json();
      const preprocessing = await get(`/v1/models/${id}/preprocessing`);
      const parameters = await get(`/v1/models/${id}/parameters`);
      const matrix = EDGE_ROWS.map((row) => inputsOfRow(preprocessing, row));
      const tensor = new runtime.Tensor('float32', Float32Array.from(matrix.flat()), [
        matrix.length,
        preprocessing.inputs,
      ]);
      const { value } = await session.run({ matrix: tensor });
      for (const [i, row] of EDGE_ROWS.entries())
        expectClose(Number(value.data[i]), forwardPass(preprocessing, parameters, row)[0], i);
    },
  );
});
