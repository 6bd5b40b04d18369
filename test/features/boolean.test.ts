import { expect, it } from 'vitest';
import { boolean } from '../../src/features/columns/boolean.ts';
import { firstRows, numbers, words } from './columns.ts';

it('writes -1 or 1, and the share of true for a missing value', () => {
  const fitted = boolean.fit(numbers('member', [0, 1, 1, 1], 'boolean'), firstRows(4));
  if (fitted === undefined) throw new Error('nothing was fitted');
  expect(boolean.inputs(fitted)).toEqual(['member']);
  const values = new Float64Array(3);
  boolean.writer(fitted, numbers('member', [0, 1, null], 'boolean'))(firstRows(3), { values, offset: 0, width: 1 });
  expect([...values]).toEqual([-1, 1, 0.5]);
});

it('reads yes and no in a column of words that is typed boolean', () => {
  expect(boolean.fit(words('member', ['yes', 'No', 'Y', 'f']), firstRows(4))?.share).toBe(0.5);
});

it('flags missing values when training rows had some, and leaves out a constant column', () => {
  const fitted = boolean.fit(numbers('member', [1, null], 'boolean'), firstRows(2));
  expect(fitted && boolean.inputs(fitted)).toEqual(['member', 'member is missing']);
  expect(boolean.fit(numbers('member', [1, 1], 'boolean'), firstRows(2))).toBeUndefined();
});
