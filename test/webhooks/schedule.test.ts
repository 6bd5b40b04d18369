import { expect, it } from 'vitest';
import { pauseAfter } from '../../src/webhooks/schedule.ts';

it('makes eight attempts over about a day, with growing pauses', () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7].map((attempts) => pauseAfter(attempts, 0.5) ?? 0);
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  expect(pauses.reduce((sum, pause) => sum + pause, 0) / 3_600_000).toBeCloseTo(22.75, 1);
  expect(pauseAfter(8, 0.5)).toBeUndefined();
});

it('varies the pauses by a fifth', () => {
  expect([pauseAfter(1, 0), pauseAfter(1, 1)]).toEqual([12_000, 18_000]);
});
