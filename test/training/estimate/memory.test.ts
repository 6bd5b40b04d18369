import { expect, it } from 'vitest';
import { planNetwork } from '../../../src/engine/network/plan.ts';
import { estimateMemory } from '../../../src/training/estimate/memory.ts';
import { networkOf } from '../../../src/training/estimate/networkOf.ts';
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

it.each([
  { type: 'cosine', width: 40, scale: 1 },
  { type: 'piecewiseLinear', width: 40, bins: 60 },
] as const)(
  'counts the embedding $type: its parameters, its numbers of each row, and the wider layer 1',
  (embedding) => {
    const numbers = Array.from({ length: 60 }, (_, index) => ({
      ...{ name: `x${index}`, type: 'numeric' as const, missing: 0, distinct: 900 },
    }));
    const dataset = {
      rows: 5000,
      columns: [{ name: 'kind', type: 'categorical' as const, missing: 0, distinct: 3 }, ...numbers],
    };
    const training = { batchSize: 512, optimizer: { type: 'adam' } } as const;
    const network = { layers: [{ units: 64 }] };
    const spec = specFor(flowers(300), { target: 'kind', network, training });
    const embedded = { ...spec, network: { ...spec.network, embedding } };
    const arenaOf = (of: typeof spec): number =>
      planNetwork(networkOf(of, dataset), 512, {
        ...{ datasetRows: 0, targetColumns: 1, weighted: false, classWeights: 0 },
        ...{ optimizerMatrices: 2, optimizerScratch: 0, averages: false, storesActivationGradients: false },
      }).size.numbers;
    const estimated = estimateMemory(embedded, dataset) - estimateMemory(spec, dataset);
    expect(estimated).toBeGreaterThanOrEqual(4 * (arenaOf(embedded) - arenaOf(spec)));
  },
);
