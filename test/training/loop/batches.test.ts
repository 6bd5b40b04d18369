import { expect, it } from 'vitest';
import { batchesOf } from '../../../src/training/loop/batches.ts';

it('divides the rows into batches, the last one shorter', () => {
  expect(batchesOf(10, 4, 1)).toEqual([
    { start: 0, rows: 4 },
    { start: 4, rows: 4 },
    { start: 8, rows: 2 },
  ]);
});

it('uses all rows at once if configured so, or if there are no more', () => {
  expect(batchesOf(10, 'full', 1)).toEqual([{ start: 0, rows: 10 }]);
  expect(batchesOf(10, 64, 1)).toEqual([{ start: 0, rows: 10 }]);
});

it('leaves out a last batch that is too short to normalize', () => {
  expect(batchesOf(9, 4, 2)).toHaveLength(2);
});
