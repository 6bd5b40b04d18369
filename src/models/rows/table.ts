import { type FittedCategorical, knownCategories } from '../../features/columns/categorical.ts';
import { columnTypeOf, type FittedColumn } from '../../features/columns.ts';
import { cellsOf, type NumberCells, type WordCells } from '../../formats/cells.ts';
import type { Column, Table } from '../../formats/table.ts';
import type { FieldError } from '../../kit/contract/errors.ts';
import type { ModelColumns } from '../stored/predictor/predictor.ts';
import type { RawRows } from './rawRows.ts';

/** A column to read: one that a model reads, or its target. Classes of a target are categories. */
type ReadColumn = FittedCategorical | { readonly kind: NumberKind; readonly column: string };
type NumberKind = Exclude<FittedColumn['kind'], 'categorical'>;

/** The columns of a model, with or without its target. */
export interface ReadColumns extends Pick<ModelColumns, 'parseOptions'> {
  readonly fitted: readonly ReadColumn[];
}

/** Cells of one column that do not fit its type or format and became missing. */
export interface Unreadable {
  readonly count: number;
  /** Some of the cells as JSON. */
  readonly examples: readonly string[];
}

export interface ReadRows {
  /** The given columns. */
  readonly table: Table;
  /** In the order of the columns. */
  readonly unreadable: readonly Unreadable[];
  readonly issues: readonly FieldError[];
}

interface ReadCells {
  readonly column: Column;
  readonly unreadable: Unreadable;
}

/** Examples of unreadable cells that are collected in each column. */
const EXAMPLES = 5;
const ALL_READ: Unreadable = { count: 0, examples: [] };
const NO_CATEGORIES = { kind: 'categorical', otherCategories: 0, missing: false } as const;

/**
 * Reads the cells of the given columns as the dataset did: by the type and the format of its
 * column. The values are then converted to the type that the model reads, as training does.
 */
export function readTable({ fitted, parseOptions }: ReadColumns, rows: RawRows): ReadRows {
  const read = fitted.map((input) => {
    const cells = cellsOf(parseOptions.get(input.column) ?? {}, input.kind);
    if ('word' in cells) return { column: readWords(input, cells, rows), unreadable: ALL_READ };
    return readNumbers(input, cells, rows);
  });
  return {
    table: { rows: rows.count, columns: read.map(({ column }) => column) },
    unreadable: read.map(({ unreadable }) => unreadable),
    issues: rows.issues,
  };
}

function readNumbers(input: ReadColumn, { type, number, toWord }: NumberCells, raw: RawRows): ReadCells {
  const cellOf = raw.column(input.column);
  const textOf = raw.texts(input.column);
  const rows = raw.count;
  const examples: string[] = [];
  let count = 0;
  const values = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const cell = cellOf(row);
    const value = number(typeof cell === 'object' ? textOf(row) : cell);
    values[row] = value ?? Number.NaN;
    if (value !== undefined) continue;
    count++;
    if (examples.length < EXAMPLES)
      examples.push(typeof cell === 'string' ? JSON.stringify(cell) : String(textOf(row)));
  }
  const unreadable = { count, examples };
  if (input.kind !== 'categorical')
    return { column: castTo(input.kind, { name: input.column, type, values }), unreadable };
  const word = (row: number) => (Number.isNaN(values[row]) ? null : toWord(values[row], () => textOf(row)));
  return { column: encodeWords(input, word, rows), unreadable };
}

function readWords(input: ReadColumn, { word }: WordCells, raw: RawRows): Column {
  const textOf = raw.texts(input.column);
  const wordOf = (row: number) => word(textOf(row));
  if (input.kind === 'categorical') return encodeWords(input, wordOf, raw.count);
  const unfitted = { ...NO_CATEGORIES, categories: [], frequencies: [], column: input.column };
  return castTo(input.kind, encodeWords(unfitted, wordOf, raw.count));
}

/** The column as the type that the model reads. */
function castTo(kind: NumberKind, column: Column): Column {
  if (column.type === kind) return column;
  const type = columnTypeOf(kind);
  if (type.block !== 'dense') throw new Error(`The type ${kind} has no numbers.`);
  return { name: column.name, type: kind, values: type.numbers(column) };
}

/** Known categories have their codes; unknown ones follow in order of occurrence. */
function encodeWords(fitted: FittedCategorical, wordOf: (row: number) => string | null, rows: number): Column {
  const known = knownCategories(fitted);
  const unseen = new Map<string, number>();
  const categories = [...fitted.categories];
  function encode(word: string): number {
    const code = known.get(word) ?? unseen.get(word);
    if (code !== undefined) return code;
    unseen.set(word, categories.length);
    return categories.push(word) - 1;
  }
  const codes = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const word = wordOf(row);
    codes[row] = word === null ? -1 : encode(word);
  }
  return { name: fitted.column, type: 'categorical', codes, categories };
}
