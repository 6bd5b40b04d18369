import { describe, expect, it } from 'vitest';
import type { Split } from '../../../src/training/schemas/split.ts';
import { splitRows } from '../../../src/training/split/split.ts';
import { firstRows, numbers, tableOf, words } from '../../features/columns.ts';

const NO_TABLE = tableOf();
const RANDOM = { method: 'random', validation: 0.2, test: 0.1, stratify: false, seed: 1 } as const;

const parts = (rows: number, split: Split, classes: Float64Array | null = null, table = NO_TABLE) =>
  splitRows(table, { rows: firstRows(rows), classes }, { split }).splits;

function sizes({ training, validation, test }: ReturnType<typeof parts>): number[] {
  return [training.length, validation.length, test.length];
}

/** How many of the rows have the class. */
const countOf = (rows: Int32Array, classes: Float64Array, index: number) =>
  rows.filter((row) => classes[row] === index).length;

describe('a random split', () => {
  it('assigns every row to one split, in the given fractions', () => {
    const split = parts(1000, RANDOM);
    expect(sizes(split)).toEqual([700, 200, 100]);
    expect(new Set([...split.training, ...split.validation, ...split.test]).size).toBe(1000);
  });

  it('is the same for the same seed and differs for another', () => {
    expect(parts(100, RANDOM)).toEqual(parts(100, RANDOM));
    expect(parts(100, RANDOM).test).not.toEqual(parts(100, { ...RANDOM, seed: 2 }).test);
  });

  it('says what uses the training loss if no validation rows remain', () => {
    const without = { ...RANDOM, validation: 0 };
    const { warnings } = splitRows(NO_TABLE, { rows: firstRows(100), classes: null }, { split: without });
    expect(warnings.map(({ code }) => code)).toEqual(['no_validation_rows']);
  });

  it('gives every class its fraction of every split', () => {
    const classes = Float64Array.from({ length: 1000 }, (_, row) => (row % 10 === 0 ? 1 : 0));
    const split = parts(1000, { ...RANDOM, stratify: true }, classes);
    expect(sizes(split)).toEqual([700, 200, 100]);
    expect(countOf(split.validation, classes, 1)).toBe(20);
    expect(countOf(split.test, classes, 1)).toBe(10);
  });

  it('trains on a class of one row', () => {
    const classes = Float64Array.from({ length: 100 }, (_, row) => (row === 50 ? 1 : 0));
    expect(countOf(parts(100, { ...RANDOM, stratify: true }, classes).training, classes, 1)).toBe(1);
  });

  it.each([
    [2, [1, 1, 0]],
    [3, [2, 1, 0]],
    [8, [5, 2, 1]],
  ])('validates a class of %d rows in a thousand', (rare, counts) => {
    const classes = Float64Array.from({ length: 1000 }, (_, row) => (row < rare ? 1 : 0));
    const { training, validation, test } = parts(1000, { ...RANDOM, stratify: true }, classes);
    expect([training, validation, test].map((part) => countOf(part, classes, 1))).toEqual(counts);
  });

  it('has exact totals if every class is small', () => {
    const classes = Float64Array.from({ length: 90 }, (_, row) => Math.floor(row / 3));
    expect(sizes(parts(90, { ...RANDOM, stratify: true }, classes))).toEqual([63, 18, 9]);
  });

  it('splits classes of millions of rows', () => {
    const classes = Float64Array.from({ length: 1_500_000 }, (_, row) => (row % 50 === 0 ? 1 : 0));
    const split = parts(classes.length, { ...RANDOM, stratify: true }, classes);
    expect(sizes(split)).toEqual([1_050_000, 300_000, 150_000]);
    expect(countOf(split.test, classes, 1)).toBe(3_000);
  });

  it('leaves a training row of two', () => {
    expect(sizes(parts(2, { ...RANDOM, validation: 0.4, test: 0.4 }))).toEqual([1, 0, 1]);
  });

  it('works without validation and test', () => {
    expect(sizes(parts(10, { ...RANDOM, validation: 0, test: 0 }))).toEqual([10, 0, 0]);
  });
});

it('an ordered split tests the last rows', () => {
  const { training, validation, test } = parts(10, { method: 'ordered', validation: 0.2, test: 0.3 });
  expect([[...training], [...validation], [...test]]).toEqual([
    [0, 1, 2, 3, 4],
    [5, 6],
    [7, 8, 9],
  ]);
});

describe('an ordered split by a column', () => {
  const DAY_MS = 86_400_000;
  const split = { method: 'ordered', column: 'when', validation: 0.25, test: 0.25 } as const;

  it('tests the latest rows, whatever their order in the dataset', () => {
    const days = [5, 0, 7, 2, 6, 1, 4, 3];
    const times = days.map((day) => day * DAY_MS);
    const { training, validation, test } = parts(8, split, null, tableOf(numbers('when', times, 'datetime')));
    expect([[...training], [...validation], [...test]].map((rows) => rows.map((row) => days[row]).sort())).toEqual([
      [0, 1, 2, 3],
      [4, 5],
      [6, 7],
    ]);
  });

  it('trains on rows without a time, and leaves rows with equal times in their order', () => {
    const table = tableOf(numbers('when', [9, null, 9, 9, -Infinity, 9, null, 9]));
    const { training, validation, test } = parts(8, split, null, table);
    expect([[...training], [...validation], [...test]]).toEqual([
      [0, 1, 4, 6],
      [2, 3],
      [5, 7],
    ]);
  });

  it('refuses words', () => {
    expect(() => parts(2, split, null, tableOf(words('when', ['a', 'b'])))).toThrow(/'when' has words/);
  });
});

describe('a split by a column', () => {
  const split = { method: 'column', column: 'part', validation: 0.25, seed: 1 } as const;
  const rowsBy = (...parts: (string | null)[]) => tableOf(words('part', parts));

  it("accepts the column's values in any case", () => {
    const table = rowsBy('train', 'VAL', 'test', ' Training ', 'validation');
    const { training, validation, test } = parts(5, split, null, table);
    expect([[...training], [...validation], [...test]]).toEqual([[0, 3], [1, 4], [2]]);
  });

  it('takes validation rows from the training rows if the column has none, with a warning', () => {
    const table = rowsBy(...Array<string>(80).fill('train'), ...Array<string>(20).fill('test'));
    const { splits: given, warnings } = splitRows(table, { rows: firstRows(100), classes: null }, { split });
    expect(sizes(given)).toEqual([60, 20, 20]);
    expect(warnings.map(({ code }) => code)).toEqual(['validation_from_training']);
    expect([...given.test]).toEqual(Array.from({ length: 20 }, (_, i) => 80 + i));
  });

  it('leaves out rows without a value, with a warning', () => {
    const { splits: given, warnings } = splitRows(
      rowsBy('train', null, 'val'),
      { rows: firstRows(3), classes: null },
      { split },
    );
    expect(sizes(given)).toEqual([1, 1, 0]);
    expect(warnings.map(({ code }) => code)).toEqual(['rows_without_part']);
  });

  it('refuses other values by name, and a column without training rows', () => {
    const other = () => parts(3, split, null, rowsBy('train', 'dev', 'constructor'));
    expect(other).toThrow(
      expect.objectContaining({
        code: 'invalid_spec',
        errors: [{ path: '/split/column', message: expect.stringContaining("'dev', 'constructor'") }],
      }),
    );
    expect(() => parts(2, split, null, rowsBy('val', 'test'))).toThrow(/no rows to train/);
  });
});

it('a split by groups splits groups of millions of rows', () => {
  const codes = Int32Array.from({ length: 1_500_000 }, (_, row) => row % 3);
  const table = tableOf({ name: 'who', type: 'categorical', codes, categories: ['a', 'b', 'c'] });
  const split = parts(
    codes.length,
    { method: 'group', column: 'who', validation: 0.2, test: 0.2, seed: 3 },
    null,
    table,
  );
  expect(sizes(split)).toEqual([500_000, 500_000, 500_000]);
});

it('a split by groups keeps every group together', () => {
  const groups = Array.from({ length: 100 }, (_, row) => `g${row % 10}`);
  const table = tableOf(words('who', groups));
  const split = parts(100, { method: 'group', column: 'who', validation: 0.2, test: 0.2, seed: 3 }, null, table);
  expect(sizes(split)).toEqual([60, 20, 20]);
  const met = [split.training, split.validation, split.test].map(
    (rows) => new Set([...rows].map((row) => groups[row])),
  );
  expect(met[0].isDisjointFrom(met[1]) && met[0].isDisjointFrom(met[2]) && met[1].isDisjointFrom(met[2])).toBe(true);
});
