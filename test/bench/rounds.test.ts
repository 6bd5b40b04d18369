import { expect, it } from 'vitest';
import { timesOf } from './rounds.ts';

it('returns the fastest and the median', () => {
  expect(timesOf([3, 1, 2])).toEqual({ median: 2, fastest: 1 });
  expect(timesOf([4, 1, 3, 2])).toEqual({ median: 2.5, fastest: 1 });
  expect(timesOf([7])).toEqual({ median: 7, fastest: 7 });
});
