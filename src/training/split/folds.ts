import { asCategories } from '../../features/columns/conversions.ts';
import type { Column } from '../../formats/table.ts';
import { invalidSpec } from '../schemas/invalidSpec.ts';
import type { Fold } from '../schemas/spec.ts';
import { foldGenerator, rowsByClass } from './random.ts';
import { concat, type Splits, sortedSplits } from './splits.ts';

/** How rows are divided into folds. */
export interface FoldsBy {
  /** The class of each row, which every fold gets in the same proportion; null: at random. */
  readonly classes: Float64Array | null;
  /** Rows with the same value stay together; null: no groups. */
  readonly groups: Column | null;
  readonly seed: number;
}

/**
 * Divides the training and validation rows again: those of one fold validate, the others train.
 * Throws `invalid_spec` if there are fewer rows or groups than folds.
 */
export function splitIntoFolds(splits: Splits, { number, of }: Fold, by: FoldsBy): Splits {
  const rows = concat([splits.training, splits.validation]).sort();
  const folds = by.groups === null ? dealRows(rows, of, by) : dealGroups(rows, of, by.groups, by.seed);
  const validation = folds[number - 1];
  if (folds.some(({ length }) => length === 0)) throw tooManyFolds(of, by.groups);
  const training = folds.filter((fold) => fold !== validation).flat();
  return sortedSplits({ training: [training], validation: [validation], test: [splits.test] });
}

/** Deals the rows in turn, one class after the other. */
function dealRows(rows: Int32Array, of: number, { classes, seed }: FoldsBy): readonly number[][] {
  const generator = foldGenerator(seed);
  const decks = classes === null ? [rows.slice()] : rowsByClass(rows, classes);
  const folds = emptyFolds(of);
  let dealt = 0;
  for (const deck of decks) {
    generator.shuffle(deck);
    for (const row of deck) folds[dealt++ % of].push(row);
  }
  return folds;
}

/** The largest group first, each to the smallest fold. Groups of one size are in random order. */
function dealGroups(rows: Int32Array, of: number, column: Column, seed: number): readonly number[][] {
  const { codes } = asCategories(column);
  const groups = [...Map.groupBy(rows, (row) => codes[row]).values()];
  const order = Int32Array.from(groups.keys());
  foldGenerator(seed).shuffle(order);
  const folds = emptyFolds(of);
  for (const group of [...order].map((index) => groups[index]).toSorted((a, b) => b.length - a.length)) {
    const smallest = folds.reduce((a, b) => (b.length < a.length ? b : a));
    for (const row of group) smallest.push(row);
  }
  return folds;
}

function emptyFolds(of: number): number[][] {
  return Array.from({ length: of }, () => []);
}

function tooManyFolds(of: number, groups: Column | null) {
  const what = groups === null ? 'rows' : `groups in '${groups.name}'`;
  const message = `There are fewer ${what} than the ${of} folds. Use fewer folds, or leave out \`folds\`.`;
  return invalidSpec('/ensemble/folds', message);
}
