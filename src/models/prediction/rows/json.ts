import { type FieldError, pointer } from '../../../kit/errors.ts';
import { jsonCells } from './cells.ts';
import type { RawRows } from './rawRows.ts';

/** What JSON gave for a row; whether it is an object is checked here. */
export type JsonRow = unknown;
type Row = Readonly<Record<string, unknown>>;

const NO_ROW: Row = {};

/** Rows of JSON objects as a chunk. `broken` are mistakes found before. Names such as `__proto__` are columns like any other. */
export function jsonRows(
  values: readonly JsonRow[],
  first: number,
  known: ReadonlySet<string>,
  broken: readonly FieldError[] = [],
): RawRows {
  const rows = values.map((value) => (isRow(value) ? value : NO_ROW));
  return {
    count: rows.length,
    first,
    cells: jsonCells,
    mistakes: [...broken, ...values.flatMap((value, i) => rowMistakes(value, first + i, known))],
    column: (name) => (row) => {
      const cells = rows[row];
      return cells && Object.hasOwn(cells, name) ? cells[name] : undefined;
    },
  };
}

function isRow(value: JsonRow): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function rowMistakes(value: JsonRow, number: number, known: ReadonlySet<string>): FieldError[] {
  if (!isRow(value))
    return [{ path: pointer(['rows', number]), message: 'Not an object with a value for each column.' }];
  return Object.keys(value)
    .filter((name) => !known.has(name))
    .map((name) => ({
      path: pointer(['rows', number, name]),
      message: 'The model knows no such column: remove it or mend its name.',
    }));
}
