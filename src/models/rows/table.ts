import { type FittedCategorical, knownCategories } from '../../features/columns/categorical.ts';
import type { FittedColumn } from '../../features/columns.ts';
import type { CellReaders } from '../../formats/cells.ts';
import { columnTypes } from '../../formats/columnTypes.ts';
import type { Column, Table } from '../../formats/table.ts';
import { type FieldError, MAX_LISTED, pointer } from '../../kit/contract/errors.ts';
import type { ModelColumns } from '../stored/predictor/predictor.ts';
import type { RawRows } from './rawRows.ts';

/** A column to parse: one that a model reads, or its target. Classes of a target are categories. */
type ReadColumn = FittedCategorical | { readonly kind: NumberKind; readonly column: string };
type NumberKind = Exclude<FittedColumn['kind'], 'categorical'>;

/** The columns of a model, with or without its target. */
export interface ReadColumns extends Pick<ModelColumns, 'parseOptions'> {
  readonly fitted: readonly ReadColumn[];
}

export interface ReadRows {
  /** The given columns. The value of an invalid cell is missing. */
  readonly table: Table;
  readonly issues: readonly FieldError[];
}

/** Rows with the parsers of one column's cells. */
interface Chunk {
  readonly rows: RawRows;
  readonly cells: CellReaders;
}

type Report = (row: number, cell: unknown) => void;

/** An error shows this many characters of a cell. */
const SHOWN_LETTERS = 40;

/** Parses the cells of the given columns. An invalid cell is an issue with its row and column. */
export function readTable({ fitted, parseOptions }: ReadColumns, rows: RawRows): ReadRows {
  const issues = [...rows.issues];
  const columns = fitted.map((input) =>
    readColumn(input, { rows, cells: rows.cells(parseOptions.get(input.column)) }, (row, cell) => {
      if (issues.length > MAX_LISTED) return;
      const message = `Expected ${columnTypes[input.kind].expected}, got ${show(cell)}.`;
      issues.push({ path: pointer(['rows', rows.first + row, input.column]), message });
    }),
  );
  return { table: { rows: rows.count, columns }, issues };
}

function readColumn(input: ReadColumn, chunk: Chunk, report: Report): Column {
  if (input.kind === 'categorical') return readCategories(input, chunk, report);
  const { rows, cells } = chunk;
  const read = cells.numbers(input.kind);
  const cellOf = rows.column(input.column);
  const values = Float64Array.from({ length: rows.count }, (_, row) => {
    const cell = cellOf(row);
    const value = read(cell);
    if (value === undefined) report(row, cell);
    return value ?? Number.NaN;
  });
  return { name: input.column, type: input.kind, values };
}

/**
 * Known categories have their codes; unknown ones follow in order of occurrence. A word is trimmed
 * if it is unknown untrimmed.
 */
function readCategories(fitted: FittedCategorical, { rows, cells }: Chunk, report: Report): Column {
  const { column } = fitted;
  const read = cells.words('categorical');
  const cellOf = rows.column(column);
  const known = knownCategories(fitted);
  const unseen = new Map<string, number>();
  const categories = [...fitted.categories];
  function encode(word: string): number {
    const code = known.get(word) ?? known.get(word.trim()) ?? unseen.get(word);
    if (code !== undefined) return code;
    unseen.set(word, categories.length);
    return categories.push(word) - 1;
  }
  const codes = Int32Array.from({ length: rows.count }, (_, row) => {
    const cell = cellOf(row);
    const word = read(cell);
    if (word === undefined) report(row, cell);
    return typeof word === 'string' ? encode(word) : -1;
  });
  return { name: column, type: 'categorical', codes, categories };
}

function show(cell: unknown): string {
  const text = typeof cell === 'object' ? (Array.isArray(cell) ? 'a list' : 'an object') : written(cell);
  return text.length > SHOWN_LETTERS ? `${text.slice(0, SHOWN_LETTERS)}…` : text;
}

/** JSON.stringify writes a number that is too large, such as 1e999, as null. */
function written(cell: unknown): string {
  return typeof cell === 'number' ? String(cell) : JSON.stringify(cell);
}
