import { expect, it } from 'vitest';
import { estimateMemory } from '../../../src/training/estimate/memory.ts';
import { specFor } from '../profile.ts';
import { flowers } from '../tables.ts';

const ROWS = 1_000_000;

it('counts one code for each row of a categorical column, however many categories there are', () => {
  const spec = specFor(flowers(300), {
    target: 'kind',
    network: { layers: [{ units: 8 }] },
    training: { batchSize: 32 },
  });
  const estimate = (distinct: number): number =>
    estimateMemory(
      { ...spec, features: { ...spec.features, maxCategories: 10_000 } },
      {
        rows: ROWS,
        columns: [
          { name: 'kind', type: 'categorical', missing: 0, distinct: 3 },
          { name: 'town', type: 'categorical', missing: 0, distinct },
        ],
      },
    );
  const weights = 10_000 * 8 * 48;
  expect(estimate(10_000) - estimate(10)).toBeLessThan(1.1 * weights);
});

it('counts the state of the optimizer', () => {
  const units = 1000;
  const columns = [
    { name: 'kind', type: 'categorical', missing: 0, distinct: 3 },
    { name: 'town', type: 'categorical', missing: 0, distinct: 3 },
  ] as const;
  const estimate = (type: 'sgd' | 'lion' | 'adam'): number => {
    const training = { batchSize: 32, optimizer: { type } };
    const network = { layers: [{ units }, { units }] };
    return estimateMemory(specFor(flowers(300), { target: 'kind', network, training }), { rows: 100, columns });
  };
  // A matrix of the state is in the arena, and twice in a checkpoint that is written.
  const matrix = 3 * 4 * units ** 2;
  expect((estimate('lion') - estimate('sgd')) / matrix).toBeCloseTo(1, 1);
  expect((estimate('adam') - estimate('sgd')) / matrix).toBeCloseTo(2, 1);
});

it("counts the matrices of muon's iteration", () => {
  const units = 1000;
  const columns = [
    { name: 'kind', type: 'categorical', missing: 0, distinct: 3 },
    { name: 'town', type: 'categorical', missing: 0, distinct: 3 },
  ] as const;
  const estimate = (type: 'adamw' | 'muon'): number => {
    const training = { batchSize: 32, optimizer: { type } };
    const network = { layers: [{ units }, { units }, { units }] };
    return estimateMemory(specFor(flowers(300), { target: 'kind', network, training }), { rows: 100, columns });
  };
  // X, Y, A and B of one W of 1000 x 1000 after the other.
  expect(estimate('muon') - estimate('adamw')).toBe(4 * 4 * units ** 2);
});

it('counts the moving average of the parameters', () => {
  const units = 1000;
  const columns = [
    { name: 'kind', type: 'categorical', missing: 0, distinct: 3 },
    { name: 'town', type: 'categorical', missing: 0, distinct: 3 },
  ] as const;
  const estimate = (averaging: { readonly decay: number } | null): number => {
    const network = { layers: [{ units }, { units }] };
    const training = { batchSize: 32, averaging };
    return estimateMemory(specFor(flowers(300), { target: 'kind', network, training }), { rows: 100, columns });
  };
  expect((estimate({ decay: 0.97 }) - estimate(null)) / (3 * 4 * units ** 2)).toBeCloseTo(1, 1);
});
