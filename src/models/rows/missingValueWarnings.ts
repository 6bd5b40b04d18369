import { columnTypeOf, type FittedColumn } from '../../features/columns.ts';
import { isNumberColumn } from '../../formats/table.ts';
import type { ReadRows, Unreadable } from './table.ts';

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
  add(rows: Pick<ReadRows, 'table' | 'unreadable'>): void;
  warnings(): readonly MissingValueWarning[];
}

interface ColumnCounts {
  missing: number;
  unseen: number;
  outside: number;
  unreadable: number;
  readonly unseenExamples: Set<string>;
  readonly unreadableExamples: Set<string>;
}

/** Unseen categories or unreadable cells that a warning names. */
const MAX_NAMED = 5;
/** A warning shows this many characters of a cell. */
const SHOWN_LETTERS = 40;

/** `fitted` are the columns of the model, in the order of the added tables. */
export function createMissingValueWarnings(fitted: readonly FittedColumn[]): MissingValueWarnings {
  const counts: readonly ColumnCounts[] = fitted.map(() => ({
    missing: 0,
    unseen: 0,
    outside: 0,
    unreadable: 0,
    unseenExamples: new Set(),
    unreadableExamples: new Set(),
  }));
  let rows = 0;

  return {
    add({ table, unreadable }) {
      rows += table.rows;
      for (const [index, column] of table.columns.entries()) {
        const [input, found] = [fitted[index], counts[index]];
        if (!input || !found) continue;
        addUnreadable(found, unreadable[index]);
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

function addUnreadable(found: ColumnCounts, { count, examples }: Unreadable): void {
  found.unreadable += count;
  for (const cell of examples) {
    if (found.unreadableExamples.size < MAX_NAMED) found.unreadableExamples.add(shown(cell));
  }
}

function shown(text: string): string {
  return text.length > SHOWN_LETTERS ? `${text.slice(0, SHOWN_LETTERS)}…` : text;
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
    if (found.unseenExamples.size < MAX_NAMED) found.unseenExamples.add(JSON.stringify(category));
  }
}

function columnWarnings(
  input: FittedColumn,
  { missing, unseen, unreadable, outside, unseenExamples, unreadableExamples }: ColumnCounts,
  rows: number,
): MissingValueWarning[] {
  const warnings: MissingValueWarning[] = [];
  const { column } = input;
  if (missing > 0) {
    const cause =
      unreadable > 0
        ? ` ${unreadable} of them do not fit the column of the dataset: ${[...unreadableExamples].join(', ')}.`
        : '';
    const message = `${missing} of ${rows} values of '${column}' are missing.${cause}`;
    warnings.push({ code: 'missing_values', column, count: missing, message });
  }
  if (unseen > 0) {
    const treated = input.kind === 'categorical' && input.otherCategories > 0 ? 'rare ones' : 'missing';
    const message = `${unseen} of ${rows} values of '${column}' do not occur in the training rows (${[...unseenExamples].join(', ')}); they count as ${treated}.`;
    warnings.push({ code: 'unseen_category', column, count: unseen, message });
  }
  if (outside > 0) {
    const range = columnTypeOf(input.kind).describe(input).range?.join(' to ') ?? '';
    const message = `${outside} of ${rows} values of '${column}' are far outside the training rows (${range}): predictions for them are unreliable.`;
    warnings.push({ code: 'out_of_range', column, count: outside, message });
  }
  return warnings;
}
