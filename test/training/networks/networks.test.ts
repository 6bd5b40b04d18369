import { describe, expect, it } from 'vitest';
import { buildApp } from '../../../src/http/app.ts';
import { networkRoutes } from '../../../src/training/networks/routes.ts';
import { inspectNetwork } from '../../../src/training/networks/service.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../../support/access.ts';

const notes = {
  inputs: 3,
  layers: [
    { units: 5, activation: 'relu' },
    { units: 5, activation: 'relu' },
    { units: 3, activation: 'tanh' },
    { units: 1, activation: 'sigmoid' },
  ],
  batchSize: 10,
};

function errorsOf(network: unknown) {
  try {
    inspectNetwork(network);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('the inspection of a network', () => {
  it('returns the dimension table of the network in the notes', async () => {
    const routes = [networkRoutes];
    const app = await buildApp({ version: '0', routes, guard: OPEN_GUARD, limits: HTTP_LIMITS, logger: false });
    const response = await app.inject({ method: 'POST', url: '/v1/networks/inspect', payload: notes });
    await app.close();
    expect(response.statusCode).toBe(200);
    const { layers, totals } = response.json();
    expect(layers.map(({ W }: { W: number[] }) => W)).toEqual([
      [5, 3],
      [5, 5],
      [3, 5],
      [1, 3],
    ]);
    expect(layers[2]).toEqual({
      layer: 3,
      units: 3,
      activation: 'tanh',
      W: [3, 5],
      b: [3, 1],
      Z: [3, 10],
      A: [3, 10],
      dZ: [3, 10],
      dA: [3, 10],
      dW: [3, 5],
      db: [3, 1],
    });
    expect(totals).toMatchObject({ parameters: 15 + 5 + 25 + 5 + 15 + 3 + 3 + 1, multiplyAddsPerRow: 58 });
    expect(totals.trainingBytes).toBeGreaterThan(4 * 72);
  });

  it('shows layer 0 of an embedding, and its outputs as the inputs of layer 1', () => {
    const layers = [{ units: 4 }];
    const { embedding, layers: table } = inspectNetwork({
      ...{ inputs: 10, layers, batchSize: 16 },
      embedding: { type: 'cosine', columns: 3, width: 6 },
    });
    expect(embedding).toEqual({
      ...{ layer: 0, type: 'cosine', columns: 3, width: 6, units: 25 },
      ...{ w: [3, 5], b: [3, 5], s: [3, 6], t: [3, 6], E: [25, 16], dE: [25, 16] },
    });
    expect(table[0].W).toEqual([4, 25]);
    expect(inspectNetwork({ inputs: 10, layers, embedding: { type: 'piecewiseLinear' } }).embedding).toMatchObject({
      ...{ columns: 10, width: 16, units: 160, l: [10, 16], m: [10, 16], V: [480, 16] },
    });
    expect(inspectNetwork({ inputs: 10, layers }).embedding).toBeNull();
  });

  it.each([
    [{ type: 'cosine', columns: 11 }, '/embedding/columns', 'Expected at most the 10 inputs, got 11.'],
    [{ type: 'cosine', width: 1 }, '/embedding/width', 'Must be at least 2, got 1.'],
    [{ type: 'cosine', scale: 0 }, '/embedding/scale', 'Must be at least 0.0001, got 0.'],
    [{ type: 'piecewiseLinear', bins: 0 }, '/embedding/bins', 'Must be at least 1, got 0.'],
  ])('rejects the embedding %j of 10 inputs', (embedding, path, message) => {
    expect(errorsOf({ inputs: 10, layers: [{ units: 1 }], embedding })).toMatchObject({
      code: 'invalid_network',
      errors: [{ path, message }],
    });
  });

  it('limits the numbers of an embedding', () => {
    const inspect = (inputs: number, width?: number) =>
      errorsOf({ inputs, layers: [{ units: 1 }], embedding: { type: 'cosine', width } });
    expect(inspect(1000, 16)).toBeUndefined();
    expect(inspect(1000, 17)).toMatchObject({
      errors: [
        {
          path: '/embedding/width',
          message:
            '1000 columns of width 17 are 17000 inputs of layer 1; the limit is 16384. Use a width of at most 16.',
        },
      ],
    });
    expect(inspect(8192)).toBeUndefined();
    expect(inspect(8193)).toMatchObject({
      errors: [
        { path: '/embedding', message: expect.stringContaining('Embed fewer columns, or remove the embedding.') },
      ],
    });
  });

  it('knows the parameters of an embedding in groups of the optimizer', () => {
    const network = { inputs: 3, layers: [{ units: 1 }] };
    const optimizer = { type: 'adamw', groups: [{ parameters: ['w0', 't0'], rateFactor: 0.1 }] };
    const { updates } = inspectNetwork({ ...network, optimizer, embedding: { type: 'cosine' } });
    expect(updates.map(({ parameters }) => parameters)).toContainEqual(['w0']);
    expect(errorsOf({ ...network, optimizer })).toMatchObject({
      errors: [{ path: '/optimizer/groups/0/parameters/0' }, { path: '/optimizer/groups/0/parameters/1' }],
    });
  });

  it('shows how the optimizer updates each parameter, by its groups', () => {
    const optimizer = {
      type: 'adamw',
      learningRate: 0.01,
      weightDecay: 0.1,
      groups: [
        { parameters: ['W2'], rateFactor: 0.5 },
        { parameters: ['bias'], weightDecay: 0 },
      ],
    };
    expect(inspectNetwork({ ...notes, optimizer }).updates).toEqual([
      { parameters: ['W1'], learningRate: 0.01, weightDecay: 0.1 },
      { parameters: ['W2'], learningRate: 0.005, weightDecay: 0.1 },
      { parameters: ['W3', 'W4'], learningRate: 0.01, weightDecay: 0.1 },
      { parameters: ['b1', 'b2', 'b3', 'b4'], learningRate: 0.01, weightDecay: 0 },
    ]);
    expect(inspectNetwork({ ...notes, optimizer: { type: 'adamw' } }).updates).toMatchObject([
      { parameters: ['W1', 'W2', 'W3', 'W4'], weightDecay: 0.01 },
      { parameters: ['b1', 'b2', 'b3', 'b4'], weightDecay: 0 },
    ]);
    expect(inspectNetwork(notes).updates).toHaveLength(1);
  });

  it('counts the products of muon, and shows both of its rates', () => {
    const optimizer = { type: 'muon', learningRate: 0.02, rest: { learningRate: 0.005 } };
    const layers = [{ units: 4 }, { units: 2 }];
    const { updates, totals } = inspectNetwork({ inputs: 3, layers, optimizer });
    expect(updates).toEqual([
      { parameters: ['W1'], learningRate: 0.02, weightDecay: 0.03 },
      { parameters: ['W2'], learningRate: 0.005, weightDecay: 0.03 },
      { parameters: ['b1', 'b2'], learningRate: 0.005, weightDecay: 0 },
    ]);
    expect(totals.multiplyAddsPerUpdate).toBe(5 * (6 * 4 + 6 * 3 + 3 * 3 * 4));
    expect(inspectNetwork({ inputs: 3, layers, optimizer: { type: 'adamw' } }).totals.multiplyAddsPerUpdate).toBe(0);
  });

  it('counts the memory of the optimizer and of the average', () => {
    const large = { inputs: 1000, layers: [{ units: 1000 }], batchSize: 1 };
    const bytes = (training: object) => inspectNetwork({ ...large, ...training }).totals.trainingBytes;
    expect((bytes({}) - bytes({ optimizer: { type: 'sgd' } })) / 4e6).toBeCloseTo(2, 1);
    expect((bytes({ averaging: { decay: 0.9 } }) - bytes({})) / 4e6).toBeCloseTo(1, 1);
  });

  it('rejects an optimizer that does not suit the network', () => {
    const groups = [{ parameters: ['gamma1', 'W1'] }, { parameters: ['weight'] }];
    expect(errorsOf({ ...notes, optimizer: { type: 'sgd', nesterov: true, groups } })).toMatchObject({
      code: 'invalid_network',
      errors: [
        { path: '/optimizer/nesterov' },
        { path: '/optimizer/groups/0/parameters/0', message: expect.stringContaining("no parameter 'gamma1'") },
        { path: '/optimizer/groups/1/parameters/0', message: expect.stringContaining("'weight' contains W1") },
      ],
    });
  });

  it('names the layer of every impossible value', () => {
    const layers = [{ units: 0 }, { units: 5, activation: 'rely' }, { units: 5, dropout: 1 }, { units: 20_000 }];
    expect(errorsOf({ inputs: 0, layers, batchSize: 0 })).toMatchObject({
      code: 'invalid_network',
      errors: [
        { path: '/inputs' },
        { path: '/layers/0/units', message: expect.stringMatching(/^Layer 1: /) },
        { path: '/layers/1/activation', message: expect.stringMatching(/^Layer 2: /) },
        { path: '/layers/2/dropout', message: expect.stringMatching(/^Layer 3: /) },
        { path: '/layers/3/units', message: expect.stringMatching(/^Layer 4: /) },
        { path: '/batchSize' },
      ],
    });
  });

  it('rejects values that exclude each other', () => {
    const layers = [
      { units: 4, normalization: 'batch' },
      { units: 1, dropout: 0.5 },
    ];
    expect(errorsOf({ inputs: 3, layers, batchSize: 1 })).toMatchObject({
      code: 'invalid_network',
      errors: [{ path: '/layers/0/normalization' }, { path: '/layers/1/dropout' }],
    });
  });

  it('rejects a malformed network with all its issues', () => {
    expect(errorsOf({ inputs: '3', layers: [{ units: -1, unit: 4 }] })).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: '/inputs' }, { path: '/layers/0/units' }, { path: '/layers/0/unit' }],
    });
    expect(errorsOf(undefined)).toMatchObject({ code: 'invalid_request' });
  });

  it('is exact for the largest network', () => {
    const layers = Array.from({ length: 64 }, () => ({ units: 16_384 }));
    const { totals } = inspectNetwork({ inputs: 1_000_000, layers, batchSize: 1_000_000 });
    for (const total of Object.values(totals)) expect(Number.isSafeInteger(total)).toBe(true);
  });
});
