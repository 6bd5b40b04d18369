import { type Column, findColumn, isNumberColumn, type Table } from '../../formats/table.ts';
import type { Warning } from '../../kit/warning.ts';
import { invalidSpec } from '../schemas/invalidSpec.ts';
import type { Fold, TrainingSpec } from '../schemas/spec.ts';
import type { Split } from '../schemas/split.ts';
import { splitByColumn } from './column.ts';
import { splitIntoFolds } from './folds.ts';
import { splitByGroup } from './group.ts';
import { orderedBy } from './order.ts';
import { splitAtRandom, splitStratified } from './random.ts';
import { concat, type SplitRows, type Splits, splitByFractions } from './splits.ts';

/** The rows to split, and the class of each; null if they have none. */
export interface RowsToSplit {
  readonly rows: Int32Array;
  readonly classes: Float64Array | null;
}

/** How the rows are split, and the fold of a network of an ensemble. */
export type SplitSpec = Pick<TrainingSpec, 'split' | 'fold'>;

/** Splits the rows as specified. Throws `invalid_spec` if no training rows would remain. */
export function splitRows(table: Table, { rows, classes }: RowsToSplit, { split, fold }: SplitSpec): SplitRows {
  if (fold !== undefined) return splitFold(table, { rows, classes }, split, fold);
  const { splits, warnings } = applySplit(table, { rows, classes }, split);
  if (splits.training.length === 0) throw invalidSpec('/split', 'The split leaves no rows to train on.');
  return { splits, warnings: splits.validation.length > 0 ? warnings : [...warnings, NO_VALIDATION] };
}

const NO_VALIDATION: Warning = {
  code: 'no_validation_rows',
  message: 'No rows remain for validation: the best epoch, early stopping and a plateau use the training loss.',
};

/** The test rows are those of the split without folds. */
function splitFold(table: Table, { rows, classes }: RowsToSplit, split: Split, fold: Fold): SplitRows {
  if (split.method === 'ordered')
    throw invalidSpec('/ensemble/folds', 'Rows in order have no folds. Leave out `folds`.');
  const { splits, warnings } = applySplit(table, { rows, classes }, { ...split, validation: 0 });
  const isStratified = split.method === 'column' || (split.method === 'random' && split.stratify);
  const divided = concat([splits.training, splits.validation]).sort();
  const folds = splitIntoFolds(splits, fold, {
    classes: isStratified && classes !== null ? classesOf(divided, rows, classes) : null,
    groups: split.method === 'group' ? splitColumn(table, split.column) : null,
    seed: split.seed,
  });
  return { splits: folds, warnings };
}

function applySplit(table: Table, { rows, classes }: RowsToSplit, split: Split): SplitRows {
  switch (split.method) {
    case 'random': {
      const stratified = split.stratify && classes !== null;
      return withoutWarnings(
        stratified ? splitStratified(rows, classes, split, split.seed) : splitAtRandom(rows, split, split.seed),
      );
    }
    case 'ordered':
      return withoutWarnings(splitByFractions(inOrder(table, rows, split.column), split.validation, split.test));
    case 'column':
      return withValidation(splitByColumn(rows, splitColumn(table, split.column)), { rows, classes }, split);
    case 'group':
      return withoutWarnings(splitByGroup(rows, splitColumn(table, split.column), split, split.seed));
  }
}

/**
 * Takes validation rows from the training rows if the column has none, because the best epoch needs
 * some.
 */
function withValidation(
  { splits, warnings }: SplitRows,
  { rows, classes }: RowsToSplit,
  { column, validation, seed }: Extract<Split, { method: 'column' }>,
): SplitRows {
  if (splits.validation.length > 0 || validation === 0) return { splits, warnings };
  const fractions = { validation, test: 0 };
  const { training } = splits;
  const drawn =
    classes === null
      ? splitAtRandom(training, fractions, seed)
      : splitStratified(training, classesOf(training, rows, classes), fractions, seed);
  return { splits: { ...drawn, test: splits.test }, warnings: [...warnings, drawnWarning(column, drawn)] };
}

/** The classes of some of the rows. */
function classesOf(some: Int32Array, rows: Int32Array, classes: Float64Array): Float64Array {
  const classOf = new Map(Array.from(rows, (row, i) => [row, classes[i]]));
  return Float64Array.from(some, (row) => classOf.get(row) ?? Number.NaN);
}

function drawnWarning(column: string, { validation }: Splits): Warning {
  return {
    code: 'validation_from_training',
    column,
    message: `'${column}' has no validation rows: ${validation.length} of the training rows are used to select the best epoch.`,
  };
}

function inOrder(table: Table, rows: Int32Array, column: string | undefined): Int32Array {
  if (column === undefined) return rows;
  const ordering = splitColumn(table, column);
  if (!isNumberColumn(ordering)) throw invalidSpec('/split/column', `'${column}' has words, which have no order.`);
  return orderedBy(rows, ordering);
}

function splitColumn(table: Table, name: string): Column {
  const column = findColumn(table, name);
  if (column === undefined) throw invalidSpec('/split/column', `The dataset has no column '${name}'.`);
  return column;
}

function withoutWarnings(splits: Splits): SplitRows {
  return { splits, warnings: [] };
}
