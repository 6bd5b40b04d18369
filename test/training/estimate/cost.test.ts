import { expect, it } from 'vitest';
import { estimateCost } from '../../../src/training/estimate/cost.ts';
import { specFor } from '../profile.ts';
import { flowers } from '../tables.ts';

const columns = [
  { name: 'kind', type: 'categorical', missing: 0, distinct: 3 },
  { name: 'town', type: 'categorical', missing: 0, distinct: 3 },
] as const;

function secondsPerEpoch(type: 'adamw' | 'muon', batchSize: number): number {
  const training = { batchSize, optimizer: { type } };
  const network = { layers: [{ units: 128 }, { units: 128 }, { units: 128 }] };
  const spec = specFor(flowers(300), { target: 'kind', network, training });
  return estimateCost(spec, { rows: 12_800, columns }).secondsPerEpoch;
}

it("adds the products of muon's iteration to each step", () => {
  const added = (batchSize: number) => secondsPerEpoch('muon', batchSize) - secondsPerEpoch('adamw', batchSize);
  // Two W of 128 x 128, and a W1 of few inputs: five iterations of 2 x 128³ multiply-adds.
  const operations = 2 * 2 * 5 * 2 * 128 ** 3;
  const stepsOfAnEpoch = 100;
  expect((added(128) * 3e10) / (stepsOfAnEpoch * operations)).toBeCloseTo(1, 1);
  expect(added(32) / added(128)).toBeCloseTo(4, 9);
});
