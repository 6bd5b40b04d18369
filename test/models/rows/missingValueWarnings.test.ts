import { describe, expect, it } from 'vitest';
import { datetime } from '../../../src/features/columns/datetime.ts';
import { numeric } from '../../../src/features/columns/numeric.ts';
import type { FittedColumn } from '../../../src/features/columns.ts';
import type { NumberColumn, Table } from '../../../src/formats/table.ts';
import { createMissingValueWarnings } from '../../../src/models/rows/missingValueWarnings.ts';
import { firstRows, numbers, tableOf } from '../../features/columns.ts';

function warningsOf(fitted: FittedColumn | undefined, ...chunks: readonly NumberColumn[]) {
  if (fitted === undefined) throw new Error('Nothing was fitted.');
  const warnings = createMissingValueWarnings([fitted]);
  for (const chunk of chunks) warnings.add({ table: tableOf(chunk), unreadable: [{ count: 0, examples: [] }] });
  return warnings.warnings();
}

const days = (...dates: readonly string[]) => numbers('start', dates.map(Date.parse), 'datetime');

it('name unknown categories and cells that do not fit apart from each other', () => {
  const column: FittedColumn = {
    kind: 'categorical',
    column: 'code',
    categories: ['1'],
    frequencies: [1],
    otherCategories: 0,
    missing: false,
  };
  const warnings = createMissingValueWarnings([column]);
  const table: Table = {
    rows: 2,
    columns: [{ name: 'code', type: 'categorical', codes: Int32Array.of(1, -1), categories: ['1', '7'] }],
  };
  warnings.add({ table, unreadable: [{ count: 1, examples: ['"abc"'] }] });
  const [missing, unseen] = warnings.warnings().map(({ message }) => message);
  expect(missing).toContain('do not fit the column of the dataset: "abc".');
  expect(unseen).toContain('do not occur in the training rows ("7");');
});

describe('values far outside the training rows', () => {
  it('are counted for a column of times', () => {
    const fitted = datetime.fit(days('2024-01-01', '2024-03-01', '2024-12-31'), firstRows(3));
    expect(warningsOf(fitted, days('2024-06-01', '2025-12-30'), days('1999-01-01', '2026-06-01'))).toEqual([
      {
        code: 'out_of_range',
        column: 'start',
        count: 2,
        message:
          "2 of 4 values of 'start' are far outside the training rows (2024-01-01T00:00:00.000Z to 2024-12-31T00:00:00.000Z): predictions for them are unreliable.",
      },
    ]);
  });

  it.each(['standard', 'range', 'quantileNormal', 'none'] as const)('are counted for numbers (%s)', (scaling) => {
    const fitted = numeric.fit(numbers('age', [20, 30, 60]), firstRows(3), { scaling, bins: 0 });
    const found = warningsOf(fitted, numbers('age', [-21, -20, 100, 101, null]));
    expect(found).toMatchObject([
      { code: 'missing_values', count: 1 },
      { code: 'out_of_range', count: 2 },
    ]);
  });
});
