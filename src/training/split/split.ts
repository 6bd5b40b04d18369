import { type Column, findColumn, type Table } from '../../kit/table.ts';
import type { Warning } from '../../kit/warning.ts';
import { invalidSpec } from '../invalidSpec.ts';
import type { Split } from '../schemas/split.ts';
import { splitByColumn } from './column.ts';
import { splitByGroup } from './group.ts';
import { cut, type Parts, type SplitRows } from './parts.ts';
import { splitAtRandom, splitStratified } from './random.ts';

/** The rows to part, and the class of each; null when they have none. */
export interface RowsToSplit {
  readonly rows: Int32Array;
  readonly classes: Float64Array | null;
}

/** Parts the rows as the spec says. Throws `invalid_spec` when no training rows would be left. */
export function splitRows(table: Table, { rows, classes }: RowsToSplit, split: Split): SplitRows {
  const { parts, warnings } = partRows(table, { rows, classes }, split);
  if (parts.training.length === 0) throw invalidSpec('/split', 'The split leaves no rows to train on.');
  return { parts, warnings: parts.validation.length > 0 ? warnings : [...warnings, NO_VALIDATION] };
}

const NO_VALIDATION: Warning = {
  code: 'no_validation_rows',
  message: 'No rows are left for validation: the best epoch, early stopping and a plateau go by the training loss.',
};

function partRows(table: Table, { rows, classes }: RowsToSplit, split: Split): SplitRows {
  switch (split.method) {
    case 'random': {
      const stratified = split.stratify && classes !== null;
      return quiet(
        stratified ? splitStratified(rows, classes, split, split.seed) : splitAtRandom(rows, split, split.seed),
      );
    }
    case 'ordered':
      return quiet(cut(rows, split.validation, split.test));
    case 'column':
      return withValidation(splitByColumn(rows, splitColumn(table, split.column)), { rows, classes }, split);
    case 'group':
      return quiet(splitByGroup(rows, splitColumn(table, split.column), split, split.seed));
  }
}

/** Takes validation rows from the training rows when the column names none, since the best epoch needs some. */
function withValidation(
  { parts, warnings }: SplitRows,
  { rows, classes }: RowsToSplit,
  { column, validation, seed }: Extract<Split, { method: 'column' }>,
): SplitRows {
  if (parts.validation.length > 0 || validation === 0) return { parts, warnings };
  const shares = { validation, test: 0 };
  const { training } = parts;
  const taken =
    classes === null
      ? splitAtRandom(training, shares, seed)
      : splitStratified(training, classesOf(training, rows, classes), shares, seed);
  return { parts: { ...taken, test: parts.test }, warnings: [...warnings, takenWarning(column, taken)] };
}

/** The classes of some of the rows. */
function classesOf(some: Int32Array, rows: Int32Array, classes: Float64Array): Float64Array {
  const classOf = new Map(Array.from(rows, (row, i) => [row, classes[i]]));
  return Float64Array.from(some, (row) => classOf.get(row) ?? Number.NaN);
}

function takenWarning(column: string, { validation }: Parts): Warning {
  return {
    code: 'validation_from_training',
    column,
    message: `'${column}' names no validation rows: ${validation.length} of the training rows are used to choose the best epoch.`,
  };
}

function splitColumn(table: Table, name: string): Column {
  const column = findColumn(table, name);
  if (column === undefined) throw invalidSpec('/split/column', `The dataset has no column '${name}'.`);
  return column;
}

function quiet(parts: Parts): SplitRows {
  return { parts, warnings: [] };
}
