import { expect, it } from 'vitest';
import { createGenerator } from '../../../src/engine/random.ts';
import { rocAuc } from '../../../src/training/metrics/rocAuc.ts';

it('the area under the curve is the weighted fraction of pairs in the right order, ties counting half', () => {
  const { integer, uniform } = createGenerator(4);
  const rows = Array.from({ length: 60 }, () => ({
    score: integer(9) / 9,
    positive: integer(3) === 0,
    weight: uniform(),
  }));
  let [right, all] = [0, 0];
  for (const one of rows.filter(({ positive }) => positive)) {
    for (const other of rows.filter(({ positive }) => !positive)) {
      const pair = one.weight * other.weight;
      all += pair;
      right += pair * (one.score > other.score ? 1 : one.score === other.score ? 0.5 : 0);
    }
  }
  const area = rocAuc(
    Float64Array.from(rows, ({ score }) => score),
    (row) => rows[row].positive,
    rows.map(({ weight }) => weight),
  );
  expect(area).toBeCloseTo(right / all, 12);
});
