import type { ColumnType } from '../../formats/columnTypes.ts';
import { didYouMean, MAX_SUGGESTIONS } from '../../kit/contract/closest.ts';
import type { Issues } from './issues.ts';

/** From here on, a model is likely to predict later rows than those it was trained on. */
const MIN_DAYS = 20;
const DAY_MS = 86_400_000;

/** The profile of a column, which a spec is checked against. */
export interface ColumnShape {
  readonly name: string;
  readonly type: ColumnType;
  /** Rows without a value. */
  readonly missing: number;
  /** Distinct values, without missing ones. */
  readonly distinct: number;
  readonly min?: number | string | null | undefined;
  readonly max?: number | string | null | undefined;
  /** The unit of every number in the file, which the numbers do not have. */
  readonly unit?: string | undefined;
  /** The most frequent values of a text column. */
  readonly top?: readonly { readonly value: string }[] | undefined;
}

/** The profile of a dataset. */
export interface DatasetShape {
  readonly rows: number;
  readonly columns: readonly ColumnShape[];
}

/** The column with that name; undefined, with an issue, if there is none. */
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

/** Adds an issue for an unknown column, with a similar name. */
export function addUnknownColumn({ columns }: DatasetShape, name: string, path: string, issues: Issues): void {
  const names = issues.errors.length < MAX_SUGGESTIONS ? columns.map((column) => column.name) : [];
  issues.add(path, `The dataset has no column '${name}'.${didYouMean(name, names)}`);
}

/**
 * The date column that orders the rows of a dataset: of those with more than 20 times that span
 * more than 20 days, the one with the fewest missing values. Undefined if there is none.
 */
export function dateColumnOf(
  { columns }: DatasetShape,
  types: Readonly<Record<string, ColumnShape['type']>>,
): ColumnShape | undefined {
  const dates = columns.filter(({ name, type }) => type === 'datetime' && (types[name] ?? type) === 'datetime');
  return dates.filter(spansDays).toSorted((a, b) => a.missing - b.missing)[0];
}

function spansDays({ distinct, min, max }: ColumnShape): boolean {
  if (typeof min !== 'string' || typeof max !== 'string') return false;
  return distinct > MIN_DAYS && Date.parse(max) - Date.parse(min) > MIN_DAYS * DAY_MS;
}

/** Minimum or maximum of a column of numbers; undefined if the profile has none. */
export function asNumber(value: ColumnShape['min']): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/**
 * Whether the cells are numbers: also those of an identifier, which has the range of its numbers.
 */
export function hasNumbers({ type, min }: ColumnShape): boolean {
  return type === 'numeric' || asNumber(min) !== undefined;
}

/** All values of a column of words; undefined if the profile does not list all of them. */
export function categoriesOf({ distinct, top }: ColumnShape): readonly string[] | undefined {
  return top?.length === distinct ? top.map(({ value }) => value) : undefined;
}

/** All classes that a target has; undefined if the profile does not list all of them. */
export function classesOf(target: ColumnShape): readonly string[] | undefined {
  const [min, max] = [asNumber(target.min), asNumber(target.max)];
  if (target.type === 'numeric' && target.distinct === 2 && min !== undefined && max !== undefined)
    return [String(min), String(max)];
  return categoriesOf(target);
}
