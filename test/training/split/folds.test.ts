import { describe, expect, it } from 'vitest';
import { prepare } from '../../../src/training/prepare.ts';
import type { Split } from '../../../src/training/schemas/split.ts';
import { rowsOfParts } from '../../../src/training/split/packed.ts';
import { splitRows } from '../../../src/training/split/split.ts';
import { firstRows, numbers, tableOf, words } from '../../features/columns.ts';
import { specFor } from '../profile.ts';
import { line } from '../tables.ts';

const RANDOM = { method: 'random', validation: 0.2, test: 0.1, stratify: false, seed: 1 } as const;

function foldsOf(rows: number, of: number, split: Split, classes: Float64Array | null = null, table = tableOf()) {
  const given = { rows: firstRows(rows), classes };
  return Array.from({ length: of }, (_, index) => splitRows(table, given, { split, fold: { number: index + 1, of } }));
}

describe('the folds of a split', () => {
  it('validate every row once that is not tested, and train on all others', () => {
    const folds = foldsOf(1000, 5, RANDOM).map(({ splits }) => splits);
    const { test } = splitRows(tableOf(), { rows: firstRows(1000), classes: null }, { split: RANDOM }).splits;
    const validated = folds.flatMap(({ validation }) => [...validation]);
    expect(folds.map(({ validation }) => validation.length)).toEqual([180, 180, 180, 180, 180]);
    expect(new Set(validated).size).toBe(900);
    for (const fold of folds) {
      expect(fold.test).toEqual(test);
      expect([...fold.training, ...fold.validation].sort((a, b) => a - b)).toEqual(validated.sort((a, b) => a - b));
      expect(new Set([...fold.training, ...fold.validation]).size).toBe(900);
    }
  });

  it('have the classes in the same proportions', () => {
    const classes = Float64Array.from({ length: 1000 }, (_, row) => (row % 10 === 0 ? 1 : 0));
    for (const { splits } of foldsOf(1000, 5, { ...RANDOM, stratify: true }, classes))
      expect(splits.validation.filter((row) => classes[row] === 1)).toHaveLength(18);
  });

  it('keep the rows of a group together, in folds of about one size', () => {
    const groups = Array.from({ length: 600 }, (_, row) => `g${Math.floor(Math.sqrt(row))}`);
    const split = { method: 'group', column: 'group', validation: 0.2, test: 0.2, seed: 1 } as const;
    const folds = foldsOf(600, 4, split, null, tableOf(words('group', groups)));
    const owners = new Map<string, number>();
    for (const [index, { splits }] of folds.entries()) {
      for (const row of splits.validation) {
        expect(owners.get(groups[row]) ?? index).toBe(index);
        owners.set(groups[row], index);
      }
      expect(splits.validation.length).toBeGreaterThan(90);
      expect(splits.validation.length).toBeLessThan(150);
    }
  });

  it('divide the training and validation rows of a split column, without a warning', () => {
    const parts = Array.from({ length: 100 }, (_, row) => (row < 60 ? 'train' : row < 80 ? 'validation' : 'test'));
    const split = { method: 'column', column: 'part', validation: 0.2, seed: 1 } as const;
    const folds = foldsOf(100, 2, split, null, tableOf(words('part', parts)));
    for (const { splits, warnings } of folds) {
      expect([splits.training.length, splits.validation.length, splits.test.length]).toEqual([40, 40, 20]);
      expect(warnings).toEqual([]);
    }
  });

  it('are refused for ordered rows, and for fewer rows or groups than folds', () => {
    expect(() => foldsOf(100, 2, { method: 'ordered', validation: 0.2, test: 0.2 })).toThrow(/Leave out `folds`/);
    expect(() => foldsOf(4, 5, RANDOM)).toThrow(/fewer rows than the 5 folds/);
    const split = { method: 'group', column: 'group', validation: 0.2, test: 0, seed: 1 } as const;
    const table = tableOf(words('group', ['a', 'a', 'b', 'b']));
    expect(() => foldsOf(4, 3, split, null, table)).toThrow(/fewer groups in 'group' than the 3 folds/);
  });
});

it('all folds have one unit of the target, and features of their own training rows', () => {
  const spec = specFor(line(200), { target: 'y', features: { bins: 0 } });
  const [one, two] = [1, 2].map((number) => prepare(line(200), { ...spec, fold: { number, of: 2 } }));
  expect(one.target).toEqual(two.target);
  expect(one.features).not.toEqual(two.features);
  expect(rowsOfParts(one.split).validation).toEqual(rowsOfParts(two.split).training);
});

it('the rows of a packed split are those that were packed', () => {
  const { split } = prepare(tableOf(numbers('x', [1, 2, 3, 4]), numbers('y', [1, 2, 3, 5])), {
    ...specFor(line(200), { target: 'y', features: { bins: 0 } }),
    split: { method: 'ordered', validation: 0.25, test: 0.25 },
  });
  const { training, validation, test } = rowsOfParts(split);
  expect([[...training], [...validation], [...test]]).toEqual([[0, 1], [2], [3]]);
});
