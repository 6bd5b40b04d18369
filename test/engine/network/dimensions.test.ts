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
