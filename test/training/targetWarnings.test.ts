import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Column } from '../../src/formats/table.ts';
import { prepare } from '../../src/training/prepare.ts';
import type { specRequestSchema } from '../../src/training/schemas/spec.ts';
import { numbers, tableOf, words } from '../features/columns.ts';
import { specFor } from './profile.ts';

const ROWS = 60;
const rowNumbers = Array.from({ length: ROWS }, (_, row) => row);
const x = numbers(
  'x',
  rowNumbers.map((row) => Math.sin(row)),
);

/** The warnings about the target `y`; the rows of `part` are split by it. */
function warningsOf(
  y: Column,
  part: readonly string[] | null,
  request: Partial<z.input<typeof specRequestSchema>> = {},
) {
  const table = tableOf(x, y, ...(part === null ? [] : [words('part', part)]));
  const split = part === null ? {} : ({ method: 'column', column: 'part' } as const);
  const { warnings } = prepare(table, specFor(table, { target: 'y', split, ...request }));
  return warnings.filter(({ column }) => column === 'y');
}

/** Training rows first, then validation, then test. */
const PARTS = rowNumbers.map((row) => (row < 40 ? 'train' : row < 50 ? 'validation' : 'test'));

describe('a target whose classes are', () => {
  it('in every part has no warning', () => {
    const y = words(
      'y',
      rowNumbers.map((row) => (row % 2 ? 'a' : 'b')),
    );
    expect(warningsOf(y, PARTS)).toEqual([]);
    expect(warningsOf(y, null)).toEqual([]);
  });

  it.each([
    [
      'words',
      words(
        'y',
        rowNumbers.map((row) => (row < 40 ? 'a' : 'b')),
      ),
    ],
    [
      'booleans',
      numbers(
        'y',
        rowNumbers.map((row) => (row < 40 ? 0 : 1)),
        'boolean',
      ),
    ],
    [
      'numbers',
      numbers(
        'y',
        rowNumbers.map((row) => (row < 40 ? 5 : 7)),
      ),
    ],
  ])('one in the training part is warned about (%s)', (_, y) => {
    expect(warningsOf(y, PARTS)).toEqual([
      {
        code: 'one_class_in_training',
        column: 'y',
        message: expect.stringMatching(/the class '(a|false|5)'.*learn '(b|true|7)'/),
      },
    ]);
  });

  it.each(['validation', 'test'])('only in the %s part is warned about', (part) => {
    const y = words(
      'y',
      rowNumbers.map((row) => (PARTS[row] === part && row % 2 ? 'rare' : row % 2 ? 'a' : 'b')),
    );
    expect(warningsOf(y, PARTS)).toEqual([
      {
        code: 'untrained_classes',
        column: 'y',
        message: expect.stringContaining("1 of 3 classes of 'y' have no training rows ('rare')"),
      },
    ]);
  });

  it('of one row each are warned about', () => {
    const y = words(
      'y',
      rowNumbers.map((row) => `name ${row}`),
    );
    expect(warningsOf(y, null)).toContainEqual({
      code: 'single_row_classes',
      column: 'y',
      message: expect.stringMatching(/^60 of 60 classes of 'y' have one row \('name 0', .* and 55 others\)/),
    });
  });

  it('numbers of one row each are warned about, with the remedy', () => {
    const y = numbers(
      'y',
      rowNumbers.map((row) => row * 3),
    );
    expect(warningsOf(y, null, { task: 'multiclass' })).toContainEqual(
      expect.objectContaining({ code: 'single_row_classes', message: expect.stringContaining('"task": "regression"') }),
    );
  });
});

describe('a numeric target with a few words', () => {
  const y = words(
    'y',
    rowNumbers.map((row) => (row % 10 === 0 ? 'unknown' : String(row % 20))),
  );

  it('that became classes is warned about, with the words and the remedy', () => {
    expect(warningsOf(y, null)).toContainEqual({
      code: 'numbers_as_classes',
      column: 'y',
      message: expect.stringMatching(/numbers in 54 rows and words in 6, most often 'unknown'.*"task": "regression"/),
    });
  });

  it('is predicted as numbers when the task is a regression, without the rows of words', () => {
    const table = tableOf(x, y);
    const spec = { ...specFor(table, { target: 'y' }), task: 'regression' as const };
    const { target, rows, warnings } = prepare(table, { ...spec, training: { ...spec.training, loss: 'mse' } });
    expect(target.kind).toBe('number');
    expect(rows.training + rows.validation + rows.test).toBe(54);
    expect(warnings).toContainEqual({
      code: 'missing_targets',
      column: 'y',
      message: "6 of 60 rows have no target and are left out. 6 of them have text that is not a number: 'unknown'.",
    });
  });

  it('that is a few codes and a word has no warning', () => {
    const codes = words(
      'y',
      rowNumbers.map((row) => (row % 10 === 0 ? 'unknown' : String(row % 3))),
    );
    expect(warningsOf(codes, null)).toEqual([]);
  });
});

it('a target with one number in the training part is warned about', () => {
  const y = numbers(
    'y',
    rowNumbers.map((row) => (row < 40 ? 0.1 : row)),
  );
  expect(warningsOf(y, PARTS, { task: 'regression' })).toEqual([
    {
      code: 'constant_training_target',
      column: 'y',
      message: expect.stringContaining('one value in the training rows'),
    },
  ]);
});

describe('a target of numbers with outliers', () => {
  const withOutliers = numbers(
    'y',
    rowNumbers.map((row) => (row % 20 === 3 ? 1000 * (row + 1) : row)),
  );

  it('has a warning that counts them, because a squared loss fits little else', () => {
    expect(warningsOf(withOutliers, PARTS)).toEqual([
      {
        code: 'target_outliers',
        column: 'y',
        message: expect.stringMatching(/^2 of 40 training rows .* \d\d % of its variance, .* use the loss huber/),
      },
    ]);
  });

  it.each(['huber', 'mae'] as const)('has no warning with the loss %s', (loss) => {
    expect(warningsOf(withOutliers, PARTS, { training: { loss } })).toEqual([]);
  });

  it('has none if the numbers are skewed, or one value is common', () => {
    const skewed = rowNumbers.map((row) => Math.exp(2 * Math.sin(3 * row)));
    expect(warningsOf(numbers('y', skewed), PARTS)).toEqual([]);
    const common = rowNumbers.map((row) => (row % 7 === 0 ? 500 + row : 0));
    expect(warningsOf(numbers('y', common), PARTS)).toEqual([]);
  });
});
