import { columnTypeOf, type FittedColumn } from '../../features/columns.ts';
import type { Table } from '../../formats/table.ts';
import { isNumberColumn } from '../../formats/table.ts';

/**
 * Values of one column that were treated as missing, or that are far outside the training rows,
 * over all rows of a request.
 */
export interface MissingValueWarning {
  readonly code: 'missing_values' | 'unseen_category' | 'out_of_range';
  readonly column: string;
  readonly count: number;
  readonly message: string;
}

/** Counts missing values, unknown categories and extreme values over chunks of rows. */
export interface MissingValueWarnings {
  add(table: Table): void;
  warnings(): readonly MissingValueWarning[];
}

interface ColumnCounts {
  missing: number;
  unseen: number;
  outside: number;
  readonly examples: Set<string>;
}

/** Unseen categories that a warning names. */
const MAX_NAMED = 5;

/** `fitted` are the columns of the model, in the order of the added tables. */
export function createMissingValueWarnings(fitted: readonly FittedColumn[]): MissingValueWarnings {
  const counts: readonly ColumnCounts[] = fitted.map(() => ({
    missing: 0,
    unseen: 0,
    outside: 0,
    examples: new Set(),
  }));
  let rows = 0;

  return {
    add(table) {
      rows += table.rows;
      for (const [index, column] of table.columns.entries()) {
        const [input, found] = [fitted[index], counts[index]];
        if (!input || !found) continue;
        if (isNumberColumn(column)) addNumbers(found, input, column.values);
        else addCategories(found, column, knownCategories(input));
      }
    },
    warnings: () =>
      fitted.flatMap((input, index) => {
        const found = counts[index];
        return found ? columnWarnings(input, found, rows) : [];
      }),
  };
}

function knownCategories(input: FittedColumn): number {
  return input.kind === 'categorical' ? input.categories.length : 0;
}

function addNumbers(found: ColumnCounts, input: FittedColumn, values: Float64Array): void {
  const type = columnTypeOf(input.kind);
  const isFarOutside = type.block === 'dense' ? type.isFarOutside : undefined;
  for (const value of values) {
    if (Number.isNaN(value)) found.missing++;
    else if (isFarOutside?.(input, value)) found.outside++;
  }
}

/** Codes from `known` on belong to unknown categories. */
function addCategories(
  found: ColumnCounts,
  { codes, categories }: { readonly codes: Int32Array; readonly categories: readonly string[] },
  known: number,
): void {
  for (const code of codes) {
    if (code < 0) found.missing++;
    else if (code >= known) found.unseen++;
  }
  for (const category of categories.slice(known, known + MAX_NAMED)) {
    if (found.examples.size < MAX_NAMED) found.examples.add(category);
  }
}

function columnWarnings(
  input: FittedColumn,
  { missing, unseen, outside, examples }: ColumnCounts,
  rows: number,
): MissingValueWarning[] {
  const warnings: MissingValueWarning[] = [];
  const { column } = input;
  if (missing > 0) {
    const message = `${missing} of ${rows} values of '${column}' are missing.`;
    warnings.push({ code: 'missing_values', column, count: missing, message });
  }
  if (unseen > 0) {
    const names = [...examples].map((name) => JSON.stringify(name)).join(', ');
    const treated = input.kind === 'categorical' && input.otherCategories > 0 ? 'rare ones' : 'missing';
    const message = `${unseen} of ${rows} values of '${column}' do not occur in the training rows (${names}); they count as ${treated}.`;
    warnings.push({ code: 'unseen_category', column, count: unseen, message });
  }
  if (outside > 0) {
    const range = columnTypeOf(input.kind).describe(input).range?.join(' to ') ?? '';
    const message = `${outside} of ${rows} values of '${column}' are far outside the training rows (${range}): predictions for them are unreliable.`;
    warnings.push({ code: 'out_of_range', column, count: outside, message });
  }
  return warnings;
}
