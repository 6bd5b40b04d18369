import { jsonCells } from '../../formats/cells.ts';
import { type FieldError, MAX_LISTED, pointer } from '../../kit/contract/errors.ts';
import type { RawRows } from './rawRows.ts';
import { unknownColumn } from './unknownColumn.ts';

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
    issues: [...broken, ...issuesIn(values, first, known)],
    column: (name) => (row) => {
      const cells = rows[row];
      return cells && Object.hasOwn(cells, name) ? cells[name] : undefined;
    },
  };
}

function isRow(value: JsonRow): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Stops as soon as there are more than an answer lists. */
function issuesIn(values: readonly JsonRow[], first: number, known: ReadonlySet<string>): readonly FieldError[] {
  const found: FieldError[] = [];
  for (const [i, value] of values.entries()) {
    const path = ['rows', first + i];
    if (!isRow(value)) found.push({ path: pointer(path), message: 'Not an object with a value for each column.' });
    else addUnknownColumns(value, path, known, found);
    if (found.length > MAX_LISTED) break;
  }
  return found;
}

function addUnknownColumns(
  row: Row,
  path: readonly PropertyKey[],
  known: ReadonlySet<string>,
  found: FieldError[],
): void {
  for (const name of Object.keys(row)) {
    if (known.has(name)) continue;
    found.push(unknownColumn(name, path, known, found.length));
    if (found.length > MAX_LISTED) return;
  }
}
