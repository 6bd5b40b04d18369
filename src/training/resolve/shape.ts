import type { ColumnType } from '../../formats/columnTypes.ts';
import { didYouMean, MAX_SUGGESTIONS } from '../../kit/contract/closest.ts';
import type { Issues } from './issues.ts';

/** What a spec is checked against: the profile of a column. */
export interface ColumnShape {
  readonly name: string;
  readonly type: ColumnType;
  /** Rows without a value. */
  readonly missing: number;
  /** Distinct values, missing ones aside. */
  readonly distinct: number;
  readonly min?: number | string | null | undefined;
  readonly max?: number | string | null | undefined;
  /** The most frequent words of a column of words. */
  readonly top?: readonly { readonly value: string }[] | undefined;
}

/** The profile of a dataset. */
export interface DatasetShape {
  readonly rows: number;
  readonly columns: readonly ColumnShape[];
}

/** The column of that name; undefined, and a mistake, when there is none. */
export function requireColumn(
  dataset: DatasetShape,
  name: string,
  path: string,
  issues: Issues,
): ColumnShape | undefined {
  const column = dataset.columns.find((candidate) => candidate.name === name);
  if (column === undefined) addUnknownColumn(dataset, name, path, issues);
  return column;
}

/** Adds that the dataset has no such column, with the one that may be meant. */
export function addUnknownColumn({ columns }: DatasetShape, name: string, path: string, issues: Issues): void {
  const names = issues.errors.length < MAX_SUGGESTIONS ? columns.map((column) => column.name) : [];
  issues.add(path, `The dataset has no column '${name}'.${didYouMean(name, names)}`);
}

/** Minimum or maximum of a column of numbers; undefined when the profile has none. */
export function asNumber(value: ColumnShape['min']): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** All words of a column of words; undefined where the profile does not name them all. */
export function categoriesOf({ type, distinct, top }: ColumnShape): readonly string[] | undefined {
  return type === 'categorical' && top?.length === distinct ? top.map(({ value }) => value) : undefined;
}
