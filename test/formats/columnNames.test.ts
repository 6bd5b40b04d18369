import { expect, it, vi } from 'vitest';
import { uniqueNames } from '../../src/formats/columnNames.ts';

it('numbers repeated names with numbers that no other column has', () => {
  expect(uniqueNames(['a', 'a', 'a_2', 'a', '', ''])).toEqual(['a', 'a_3', 'a_2', 'a_4', 'column5', 'column6']);
});

it.each([
  ['all alike', Array.from({ length: 5000 }, () => 'a')],
  ['alike, beside their numbers', Array.from({ length: 5000 }, (_, i) => (i % 2 === 0 ? 'a' : `a_${i}`))],
])('looks up each of many names a few times when they are %s', (_, names) => {
  const asked = vi.spyOn(Set.prototype, 'has');
  const unique = uniqueNames(names);
  const times = asked.mock.calls.length;
  asked.mockRestore();
  expect(new Set(unique).size).toBe(names.length);
  expect(times).toBeLessThan(5 * names.length);
});
