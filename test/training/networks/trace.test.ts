import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACTIVATIONS } from '../../../src/engine/kernels/kernels.ts';
import { buildApp } from '../../../src/http/app.ts';
import { networkRoutes } from '../../../src/training/networks/routes.ts';
import type { TraceAnswer } from '../../../src/training/trace/answer.ts';
import { GOLDEN_FILES, type GoldenRun, readGoldenRun } from '../../engine/goldenRun.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../../support/access.ts';

let app: FastifyInstance;
beforeAll(async () => {
  app = await buildApp({
    version: '0',
    routes: [networkRoutes],
    guard: OPEN_GUARD,
    limits: HTTP_LIMITS,
    logger: false,
  });
});
afterAll(() => app.close());

async function post(payload: object) {
  const response = await app.inject({ method: 'POST', url: '/v1/networks/trace', payload });
  return { status: response.statusCode, body: response.json() };
}

async function trace(payload: object): Promise<TraceAnswer> {
  const { status, body } = await post(payload);
  expect(status, JSON.stringify(body).slice(0, 1000)).toBe(200);
  return body;
}

const transposed = (rows: readonly (readonly number[])[]) => rows[0].map((_, j) => rows.map((row) => row[j]));

/** The request that traces the first step of a golden run. */
function requestOf({ X, T, activations, normalization, loss, embedding, initial, units }: GoldenRun) {
  const last = activations.length - 1;
  const ofLayer = (l: number) =>
    Object.fromEntries(
      Object.entries(initial)
        .filter(([name]) => name.replace(/^[A-Za-z]+/, '') === String(l))
        .map(([name, values]) => [name.slice(0, -1), values]),
    );
  const { classWeights = null, labelSmoothing = 0, ...options } = { classWeights: null, labelSmoothing: 0, ...loss };
  return {
    X: transposed(X),
    T: transposed(T),
    embedding: embedding === undefined ? null : { ...embedding, ...ofLayer(0) },
    layers: activations.map((activation, index) => ({
      units: units[index + 1],
      activation,
      normalization: index === last ? null : normalization,
      ...ofLayer(index + 1),
    })),
    ...{ loss: options, labelSmoothing, classWeights, mode: 'train', gradientCheck: {} },
  };
}

describe('a trace of each golden run, over HTTP', () => {
  it.each(GOLDEN_FILES)('%s has the outputs, the loss and the gradients of PyTorch', async (file) => {
    const run = readGoldenRun(file);
    const { m, loss, layers, gradientCheck } = await trace(requestOf(run));
    expect(m).toBe(run.X.length);
    expectClose([loss], [run.losses[0]]);
    expectClose(layers[layers.length - 1].A?.values.flat(), transposed(run.forward).flat());
    const largest = Math.max(...Object.values(run.gradients).flat(2).map(Math.abs));
    const traced = layers.flatMap(({ layer, ...fields }) =>
      Object.entries(fields).flatMap(([name, matrix]) =>
        /^d[WbglstwmV]/.test(name) ? [[`${name.slice(1)}${layer}`, (matrix as Matrix).values.flat()] as const] : [],
      ),
    );
    expect(traced.map(([name]) => name).toSorted()).toEqual(Object.keys(run.gradients).toSorted());
    for (const [name, values] of traced) expectClose(values, run.gradients[name].flat(), largest);
    expect(gradientCheck).toMatchObject({ passed: true });
  });
});

interface Matrix {
  readonly values: readonly (readonly number[])[];
}

function expectClose(
  actual: readonly (number | null)[] | undefined,
  expected: readonly number[],
  scale = Math.max(...expected.map(Math.abs)) || 1,
): void {
  expect(actual).toHaveLength(expected.length);
  const errors = expected.map((value, e) => Math.abs((actual?.[e] ?? Number.NaN) - value) / scale);
  expect(Math.max(...errors)).toBeLessThanOrEqual(1e-9);
}

const NOTES = {
  X: [
    [0.5, -1],
    [-1.5, 2],
    [1, 0.25],
  ],
  T: [[1, 0]],
  layers: [{ units: 5 }, { units: 5 }, { units: 3 }, { units: 1 }],
  loss: 'binaryCrossEntropy',
};

describe('a trace of the network in the notes', () => {
  it('has every matrix with its shape and formula', async () => {
    const { layers, inputs } = await trace(NOTES);
    expect(inputs).toEqual({ names: null, X: { shape: [3, 2], values: NOTES.X } });
    expect(layers.map(({ activation }) => activation)).toEqual(['relu', 'relu', 'relu', 'linear']);
    const shapes = layers.map(({ Z, A, dA, dZ, dW, db }) => [Z, A, dA, dZ, dW, db].map((matrix) => matrix?.shape));
    const expected = [3, 5, 5, 3, 1].flatMap((n, l, units) =>
      l === 0 ? [] : [[...Array.from({ length: 4 }, () => [n, 2]), [n, units[l - 1]], [n, 1]]],
    );
    expect(shapes).toEqual(expected);
    expect(layers[1].formulas).toEqual({
      Z: 'Z[2] (5, 2) = W[2] (5, 5) A[1] (5, 2) + b[2] (5, 1)',
      A: 'A[2] (5, 2) = relu(Z[2])',
      dA: 'dA[2] (5, 2) = W[3]ᵀ (5, 3) dZ[3] (3, 2)',
      dZ: "dZ[2] (5, 2) = dA[2] * relu'(Z[2])",
      dW: 'dW[2] (5, 5) = (1/m) dZ[2] (5, 2) A[1]ᵀ (2, 5)',
      db: 'db[2] (5, 1) = (1/m) Σ dZ[2] (5, 2) over the examples',
    });
    expect(layers[0].formulas.Z).toBe('Z[1] (5, 2) = W[1] (5, 3) X (3, 2) + b[1] (5, 1)');
    expect(layers[3].formulas.dA).toBe('dA[4] (1, 2) = m ∂J/∂A[4]');
  });

  it('has matrices that satisfy their formulas', async () => {
    const { layers, inputs, m } = await trace({ ...NOTES, include: ['W', 'b', 'Z', 'A', 'dA', 'dZ', 'dW', 'db'] });
    let A = numbers(inputs.X);
    for (const [index, layer] of layers.entries()) {
      const [W, b, Z, dZ] = [layer.W, layer.b, layer.Z, layer.dZ].map(numbers);
      expectMatrix(
        Z,
        product(W, A).map((row, j) => row.map((z) => z + b[j][0])),
      );
      expectMatrix(
        numbers(layer.dW),
        product(dZ, transposed(A)).map((row) => row.map((sum) => sum / m)),
      );
      expectMatrix(
        numbers(layer.db),
        dZ.map((row) => [row.reduce((sum, value) => sum + value, 0) / m]),
      );
      const next = layers[index + 1];
      if (next !== undefined) expectMatrix(numbers(layer.dA), product(transposed(numbers(next.W)), numbers(next.dZ)));
      A = numbers(layer.A);
    }
  });

  it('averages over m examples what each example gives alone', async () => {
    const both = await trace(NOTES);
    const alone = await Promise.all(
      [0, 1].map((i) => trace({ ...NOTES, X: NOTES.X.map((row) => [row[i]]), T: NOTES.T.map((row) => [row[i]]) })),
    );
    for (const [index, layer] of both.layers.entries()) {
      const [first, second] = alone.map(({ layers }) => layers[index]);
      expectMatrix(
        numbers(layer.Z),
        numbers(first.Z).map((row, j) => [...row, ...numbers(second.Z)[j]]),
      );
      for (const name of ['dW', 'db'] as const) {
        expectMatrix(
          numbers(layer[name]),
          numbers(first[name]).map((row, j) => row.map((value, i) => (value + numbers(second[name])[j][i]) / 2)),
        );
      }
    }
  });

  it('takes one step of gradient descent', async () => {
    const include = ['W', 'b', 'dW', 'db'];
    const { loss, layers, update } = await trace({ ...NOTES, include, update: { learningRate: 0.2 } });
    expect(update?.lossAfter).toBeLessThan(loss ?? Number.NaN);
    for (const [index, layer] of layers.entries()) {
      const after = update?.layers[index];
      for (const [name, gradient] of [
        ['W', 'dW'],
        ['b', 'db'],
      ] as const) {
        const dW = numbers(layer[gradient]);
        expectMatrix(
          numbers(after?.[name]),
          numbers(layer[name]).map((row, j) => row.map((w, i) => w - 0.2 * dW[j][i])),
        );
      }
    }
  });

  it('has the forward pass alone without targets', async () => {
    const { T: _, ...forward } = NOTES;
    const { loss, layers, gradientCheck, update } = await trace(forward);
    expect([loss, gradientCheck, update]).toEqual([null, null, null]);
    expect(Object.keys(layers[0])).toEqual(['layer', 'activation', 'formulas', 'statistics', 'Z', 'A']);
  });

  it('has only the named layers and matrices', async () => {
    const { layers } = await trace({ ...NOTES, show: [2], include: ['dW'] });
    expect(layers.map(({ layer }) => layer)).toEqual([2]);
    expect(Object.keys(layers[0])).toEqual(['layer', 'activation', 'formulas', 'statistics', 'dW']);
  });
});

function numbers(matrix: { readonly values: readonly (readonly (number | null)[])[] } | undefined): number[][] {
  return (matrix?.values ?? []).map((row) => row.map((value) => value ?? Number.NaN));
}

function product(left: readonly (readonly number[])[], right: readonly (readonly number[])[]): number[][] {
  return left.map((row) => right[0].map((_, i) => row.reduce((sum, value, k) => sum + value * right[k][i], 0)));
}

function expectMatrix(actual: number[][], expected: number[][]): void {
  expectClose(actual.flat(), expected.flat());
}

const LOSSES = [
  ...(['mse', 'mae', 'poisson', 'binaryCrossEntropy'] as const),
  { type: 'huber', delta: 0.3 },
  { type: 'quantile', level: 0.9 },
] as const;

describe('the gradient check', () => {
  it('passes for random networks in both modes', async () => {
    const layer = fc.record({
      units: fc.integer({ min: 3, max: 6 }),
      activation: fc.constantFrom(...ACTIVATIONS),
      normalization: fc.constantFrom(null, null, 'batch', 'layer'),
      dropout: fc.constantFrom(0, 0, 0.4),
    });
    const network = fc.record({
      hidden: fc.array(layer, { maxLength: 3 }),
      loss: fc.constantFrom(...LOSSES),
      mode: fc.constantFrom('train', 'predict'),
      embedding: fc.constantFrom(null, { type: 'cosine', columns: [1], width: 4, s: [[1, 0.5, -1, 0.3]] }),
      seed: fc.integer({ min: 0, max: 1000 }),
    });
    const X = [
      [0.5, -1, 0.3, 1.2, -0.7],
      [-1.5, 2, 0.9, -0.2, 0.1],
    ];
    const T = [[1, 0, 1, 1, 0]];
    await fc.assert(
      fc.asyncProperty(network, async ({ hidden, ...options }) => {
        const { gradientCheck } = await trace({ ...options, X, T, layers: [...hidden, { units: 1 }] });
        const { checked, norm, passed, worst } = gradientCheck ?? {};
        expect(checked).toBeGreaterThan(0);
        // Normalized units with a small variance have strongly curved losses.
        expect(passed || (norm ?? 1) < 1e-5, JSON.stringify({ norm, worst })).toBe(true);
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it('skips parameters at the kink of a relu, where a difference is not the derivative', async () => {
    const layers = [{ W: [[0], [1]], b: [0, 1] }, { W: [[1, 1]] }];
    const { gradientCheck } = await trace({ X: [[1]], T: [[0]], layers, loss: 'mse' });
    expect(gradientCheck).toMatchObject({ skippedAtKinks: 2, passed: true });
  });

  it('can be left out, and finds a gradient of the wrong size of the difference', async () => {
    expect((await trace({ ...NOTES, gradientCheck: false })).gradientCheck).toBeNull();
    // A probe of this size leaves the range in which the loss is nearly a parabola.
    const layers = [{ W: [[50]], activation: 'sigmoid' }, { W: [[300]] }];
    const coarse = { X: [[0.01]], T: [[0]], layers, gradientCheck: { epsilon: 1e-2 } };
    expect((await trace(coarse)).gradientCheck).toMatchObject({ passed: false });
  });
});

describe('a trace refuses', () => {
  it.each([
    [
      'rows of X of other lengths',
      { X: [[1, 2], [3]] },
      '/X/1',
      'Expected a number for each of the 2 examples, got 1.',
    ],
    ['targets for other examples', { T: [[1]] }, '/T/0', 'Expected a number for each of the 2 examples, got 1.'],
    [
      'targets for other outputs',
      {
        T: [
          [1, 0],
          [0, 1],
        ],
      },
      '/T',
      'Expected 1 rows of targets for the loss binaryCrossEntropy, got 2.',
    ],
    ['a target outside the loss', { T: [[1, 2]] }, '/T/0/1', 'Expected a target from 0 to 1, got 2.'],
    ['a class that is not there', { loss: 'crossEntropy' }, '/T/0/0', 'Expected a class index from 0 to 0, got 1.'],
    [
      'a layer without units',
      { layers: [{}] },
      '/layers/0/units',
      'Missing: give `units`, or W with a row for each unit.',
    ],
    ['W of another shape', { layers: [{ W: [[1, 2]] }] }, '/layers/0/W', 'Expected (1, 3), got (1, 2).'],
    ['b of another shape', { layers: [{ units: 1, b: [1, 2] }] }, '/layers/0/b', 'Expected (1, 1), got (2, 1).'],
    [
      'gamma without a normalization',
      { layers: [{ units: 1, gamma: [1] }] },
      '/layers/0/gamma',
      'The layer has no parameter gamma. Remove it, or add the normalization that has it.',
    ],
    [
      'dropout of the outputs',
      { layers: [{ units: 1, dropout: 0.5 }] },
      '/layers/0/dropout',
      'The output layer cannot have dropout. Remove it.',
    ],
    [
      'class weights of another loss',
      { classWeights: [1] },
      '/classWeights',
      'The loss binaryCrossEntropy has no class weights. Remove them, or use crossEntropy.',
    ],
    [
      'an embedded input that is not there',
      { embedding: { type: 'cosine', columns: [3], width: 4 } },
      '/embedding/columns',
      'Expected rows of X from 0 to 2.',
    ],
  ])('%s', async (_, change, path, message) => {
    const { status, body } = await post({ ...NOTES, ...change });
    expect([status, body.code, body.errors[0]]).toEqual([422, 'invalid_network', { path, message }]);
  });

  it.each([
    ['an unknown field', { rows: [] }, '/rows'],
    ['a layer that is not there', { show: [5] }, '/show'],
    ['an update without targets', { T: null, update: {} }, '/update'],
    ['no inputs', { X: [] }, '/X'],
  ])('%s', async (_, change, path) => {
    const { status, body } = await post({ ...NOTES, ...change });
    expect([status, body.code, body.errors[0].path]).toEqual([400, 'invalid_request', path]);
  });

  it('a single example of batch normalization in a training step', async () => {
    const { status, body } = await post({
      ...{ X: [[1]], T: [[1]], mode: 'train' },
      layers: [{ units: 2, normalization: 'batch' }, { units: 1 }],
    });
    expect([status, body.code, body.detail]).toEqual([
      422,
      'invalid_network',
      'Expected at least 2 rows for batch normalization, got 1.',
    ]);
  });

  it.each([
    ['too many examples', { X: [Array.from({ length: 257 }, () => 1)], T: null }, 'X has 257 examples'],
    [
      'too many numbers',
      { layers: [{ units: 16_000 }, { units: 20 }, { units: 1 }] },
      'Name fewer layers in `show` or fewer matrices in `include`.',
    ],
    [
      'too many parameters',
      { layers: [{ units: 16_000 }, { units: 16_000 }, { units: 1 }] },
      'parameters; the limit is 4000000',
    ],
    [
      'too many checked parameters',
      {
        layers: [{ units: 1000 }, { units: 1000 }, { units: 1 }],
        gradientCheck: { parameters: 1000 },
        include: ['db'],
      },
      'gradientCheck.parameters is 1000; at most 249',
    ],
  ])('%s', async (_, change, detail) => {
    const { status, body } = await post({ ...NOTES, ...change });
    expect([status, body.code]).toEqual([413, 'trace_too_large']);
    expect(body.detail).toContain(detail);
  });
});
