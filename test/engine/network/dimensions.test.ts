import { expect, it } from 'vitest';
import { dimensionsOf } from '../../../src/engine/network/dimensions.ts';

it('lists the dimensions of the network that the notes draw', () => {
  const units = [5, 5, 3, 1];
  const layers = units.map((n) => ({ units: n, activation: 'sigmoid' as const }));
  const { layers: table, totals } = dimensionsOf({ inputs: 3, layers }, 32);
  expect(table.map(({ W, b, Z, dA, dW, db }) => [W, b, Z, dA, dW, db])).toEqual([
    [
      [5, 3],
      [5, 1],
      [5, 32],
      [5, 32],
      [5, 3],
      [5, 1],
    ],
    [
      [5, 5],
      [5, 1],
      [5, 32],
      [5, 32],
      [5, 5],
      [5, 1],
    ],
    [
      [3, 5],
      [3, 1],
      [3, 32],
      [3, 32],
      [3, 5],
      [3, 1],
    ],
    [
      [1, 3],
      [1, 1],
      [1, 32],
      [1, 32],
      [1, 3],
      [1, 1],
    ],
  ]);
  expect(totals.parameters).toBe(20 + 30 + 18 + 4);
  expect(totals.multiplyAddsPerRow).toBe(15 + 25 + 15 + 3);
});

it('counts normalization parameters, and more memory for an optimizer with more state', () => {
  const layers = [
    { units: 4, activation: 'relu' as const, normalization: 'batch' as const },
    { units: 1, activation: 'linear' as const },
  ];
  const adam = dimensionsOf({ inputs: 2, layers }, 16, { optimizer: { type: 'adam' } });
  const sgd = dimensionsOf({ inputs: 2, layers }, 16, { optimizer: { type: 'sgd' } });
  expect(adam.layers[0].gamma).toEqual([4, 1]);
  expect(adam.layers[1].gamma).toBeUndefined();
  expect(adam.totals.parameters).toBe(8 + 4 + 8 + 4 + 1);
  // Two matrices of the parameters, each parameter on cache lines of its own: W, b, gamma, beta, W,
  // b.
  expect(adam.totals.trainingBytes - sgd.totals.trainingBytes).toBe(2 * 6 * 64);
});

it('lists layer 0 of an embedding, and its outputs as the inputs of layer 1', () => {
  const layers = [{ units: 4, activation: 'relu' as const }];
  const oneHot = [{ inputs: 10 }];
  const cosine = { type: 'cosine', columns: [0, 2], width: 6, scale: 1 } as const;
  const table = dimensionsOf({ inputs: 13, oneHot, layers, embedding: cosine }, 32);
  expect(table.embedding).toEqual({
    ...{ layer: 0, type: 'cosine', columns: 2, width: 6, units: 13 },
    ...{ w: [2, 5], b: [2, 5], s: [2, 6], t: [2, 6], E: [13, 32], dE: [13, 32] },
  });
  expect(table.layers.map(({ layer, W }) => [layer, W])).toEqual([[1, [4, 23]]]);
  expect(table.totals.parameters).toBe(2 * 10 + 2 * 12 + 4 * 23 + 4);

  const edges = [
    [0, 1],
    [0, 1, 2, 3],
  ];
  const bins = { type: 'piecewiseLinear', columns: [0, 2], width: 6, edges } as const;
  const { embedding } = dimensionsOf({ inputs: 13, oneHot, layers, embedding: bins }, 32);
  expect(embedding).toMatchObject({ units: 13, l: [2, 6], m: [2, 6], V: [4, 6], E: [13, 32] });
  expect(dimensionsOf({ inputs: 13, layers }, 32).embedding).toBeNull();
});
