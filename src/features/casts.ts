import { type Column, isNumberColumn, type Table } from '../formats/table.ts';
import { nameSome } from '../kit/nameSome.ts';
import { columnTypeOf, type FeatureType } from './columns.ts';
import type { FeaturesOptions } from './schemas.ts';
import { selectFeatureColumns } from './selectFeatureColumns.ts';

/**
 * A column that is read as another type than it has, and how many of its cells that type can read.
 */
export interface Cast {
  readonly column: string;
  readonly type: FeatureType;
  /** Cells with a value. */
  readonly cells: number;
  readonly unreadable: number;
  /** Words that the type cannot read, quoted. */
  readonly examples: string;
}

/** The columns in `features.types` with cells that their type cannot read. */
export function findUnreadable(table: Table, options: FeaturesOptions, reserved: readonly string[]): Cast[] {
  return selectFeatureColumns(table.columns, options, reserved)
    .used.map(({ column, type }) => measureCast(column, type))
    .filter(({ unreadable }) => unreadable > 0);
}

/** Whether the type can read at least one of the words, if there are any. */
export function readsAny(type: FeatureType, words: readonly string[]): boolean {
  const codes = Int32Array.from(words.keys());
  const { cells, unreadable } = measureCast({ name: '', type: 'categorical', codes, categories: words }, type);
  return unreadable === 0 || unreadable < cells;
}

/** The error for a column of which no cell can be read. `examples` are quoted. */
export function describeUnreadable(column: string, type: string, examples: string): string {
  const shown = examples === '' ? '' : `, such as ${examples},`;
  return `No cell of '${column}'${shown} can be read as ${type}. Choose another type, or change the cells and upload them again.`;
}

function measureCast(column: Column, type: FeatureType): Cast {
  const columnType = columnTypeOf(type);
  const cast = { column: column.name, type, cells: 0, unreadable: 0, examples: '' };
  if (columnType.block === 'oneHot' || column.type === type) return cast;
  const values = columnType.numbers(column);
  const isPresent = presenceOf(column);
  let [cells, unreadable] = [0, 0];
  const examples = new Set<number>();
  for (let row = 0; row < values.length; row++) {
    if (!isPresent(row)) continue;
    cells++;
    if (Number.isFinite(values[row])) continue;
    unreadable++;
    examples.add(isNumberColumn(column) ? column.values[row] : column.codes[row]);
  }
  const texts = [...examples].map((value) => (isNumberColumn(column) ? String(value) : column.categories[value]));
  return { ...cast, cells, unreadable, examples: nameSome(texts) };
}

function presenceOf(column: Column): (row: number) => boolean {
  return isNumberColumn(column) ? (row) => Number.isFinite(column.values[row]) : (row) => column.codes[row] >= 0;
}
