import { describe, expect, it } from 'vitest';
import { NO_CODE } from '../../src/engine/layers/inputs.ts';
import { categorical } from '../../src/features/columns/categorical.ts';
import type { Column } from '../../src/formats/table.ts';
import { firstRows, numbers, words } from './columns.ts';

const OPTIONS = { maxCategories: 100, minCategoryCount: 1 };

function fitted(column: Column, rows: number, options = OPTIONS) {
  const model = categorical.fit(column, firstRows(rows), options);
  if (model === undefined) throw new Error('nothing was fitted');
  const names = categorical.inputs(model);
  const write = (given: Column | undefined, count: number) => {
    const codes = new Int32Array(count);
    categorical.writer(model, given)(firstRows(count), { codes, offset: 0, width: 1, firstInput: 0 });
    return Array.from(codes, (code) =>
      code === NO_CODE ? [...categorical.unknownCategory(model)] : names.map((_, input) => (input === code ? 1 : 0)),
    );
  };
  return { names, write };
}

describe('a column of categories', () => {
  it('has an input for each, the most frequent first, ties by name', () => {
    const { names, write } = fitted(words('c', ['b', 'a', 'z', 'z']), 4);
    expect(names).toEqual(['c=z', 'c=a', 'c=b']);
    expect(write(words('c', ['b', 'z']), 2)).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ]);
  });

  it('puts rare and unseen categories into one input', () => {
    const { names, write } = fitted(words('c', ['a', 'a', 'b', 'c']), 4, { maxCategories: 100, minCategoryCount: 2 });
    expect(names).toEqual(['c=a', 'c is other']);
    expect(write(words('c', ['b', 'unseen']), 2)).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it('selects the most frequent ones within the cap', () => {
    const { names } = fitted(words('c', ['a', 'b', 'b', 'c', 'c', 'c']), 6, { maxCategories: 2, minCategoryCount: 1 });
    expect(names).toEqual(['c=c', 'c=b', 'c is other']);
  });

  it('treats an unseen category as missing without an input for rare ones', () => {
    const { names, write } = fitted(words('c', ['a', 'b', null]), 3);
    expect(names).toEqual(['c=a', 'c=b', 'c is missing']);
    expect(write(words('c', ['unseen', null]), 2)).toEqual([
      [0, 0, 1],
      [0, 0, 1],
    ]);
  });

  it('uses the training shares when training had neither rare nor missing values', () => {
    const { write } = fitted(words('c', ['a', 'a', 'a', 'b']), 4);
    expect(write(words('c', ['unseen', null]), 2)).toEqual([
      [0.75, 0.25],
      [0.75, 0.25],
    ]);
    expect(write(undefined, 1)).toEqual([[0.75, 0.25]]);
  });

  it('knows only the categories of the given rows', () => {
    expect(fitted(words('c', ['a', 'b', 'late']), 2).names).toEqual(['c=a', 'c=b']);
  });

  it('reads numbers as categories on request', () => {
    const { names, write } = fitted(numbers('year', [1999, 2000, 2000]), 3);
    expect(names).toEqual(['year=2000', 'year=1999']);
    expect(write(words('year', ['1999']), 1)).toEqual([[0, 1]]);
  });

  it('is left out with one category and no missing value', () => {
    expect(categorical.fit(words('c', ['a', 'a']), firstRows(2), OPTIONS)).toBeUndefined();
  });
});
