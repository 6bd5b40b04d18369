import { expect, it } from 'vitest';
import { findUnreadable } from '../../src/features/casts.ts';
import type { Column } from '../../src/formats/table.ts';
import { prepare } from '../../src/training/prepare.ts';
import { specFor } from '../training/profile.ts';
import { numbers, tableOf, words } from './columns.ts';
import { settingsOf } from './settings.ts';

type Types = NonNullable<Parameters<typeof settingsOf>[0]>['types'];

const unreadable = (column: Column, types: Types) => findUnreadable(tableOf(column), settingsOf({ types }), []);

it.each([
  ['numbers', 'numeric', ['1', 'x', '2.5', null, 'x'], "'x'"],
  ['times', 'datetime', ['2024-01-01', '2021-13', null, '1.2.2024', 'soon'], "'2021-13', 'soon'"],
  ['booleans', 'boolean', ['yes', 'maybe', 'no', null, 'maybe'], "'maybe'"],
] as const)('counts the cells of text that cannot be read as %s', (_, type, cells, examples) => {
  expect(unreadable(words('k', cells), { k: type })).toEqual([
    { column: 'k', type, cells: 4, unreadable: 2, examples },
  ]);
});

it('counts the numbers that are no booleans', () => {
  expect(unreadable(numbers('k', [0, 1, 2, null, 7]), { k: 'boolean' })).toEqual([
    { column: 'k', type: 'boolean', cells: 4, unreadable: 2, examples: "'2', '7'" },
  ]);
});

it('finds nothing where every cell can be read, and for columns that are not features', () => {
  expect(unreadable(words('k', ['1', '2', null]), { k: 'numeric' })).toEqual([]);
  expect(unreadable(words('k', ['a', 'b']), { k: 'categorical' })).toEqual([]);
  expect(unreadable(numbers('k', [1, null]), {})).toEqual([]);
  expect(findUnreadable(tableOf(words('k', ['a', 'b'])), settingsOf({ types: { k: 'numeric' } }), ['k'])).toEqual([]);
});

const ROWS = 60;
const x = numbers(
  'x',
  Array.from({ length: ROWS }, (_, row) => Math.sin(row)),
);
const y = words(
  'y',
  Array.from({ length: ROWS }, (_, row) => (row % 2 ? 'yes' : 'no')),
);
const prepareWith = (k: Column, type: 'numeric' | 'boolean') => {
  const table = tableOf(k, x, y);
  return prepare(table, specFor(table, { target: 'y', features: { types: { k: type } } }));
};

it('a training warns of cells that it cannot read, and counts them', () => {
  const k = words(
    'k',
    Array.from({ length: ROWS }, (_, row) => (row % 2 ? `foo${row}` : String(row))),
  );
  expect(prepareWith(k, 'numeric').warnings).toContainEqual({
    code: 'unreadable_cells',
    column: 'k',
    message:
      "30 of 60 cells of 'k' cannot be read as numeric ('foo1', 'foo3', 'foo5', 'foo7', 'foo9' and 25 others) and count as missing.",
  });
});

it('a training refuses a column of which it can read no cell', () => {
  const k = numbers(
    'k',
    Array.from({ length: ROWS }, (_, row) => row + 0.5),
  );
  expect(() => prepareWith(k, 'boolean')).toThrow(
    expect.objectContaining({ code: 'invalid_spec', errors: [expect.objectContaining({ path: '/features/types/k' })] }),
  );
});
