import { type FieldError, MAX_LISTED, pointer } from '../../kit/contract/errors.ts';
import { namelessColumns } from './columnNames.ts';
import type { RawRows } from './rawRows.ts';
import { unknownColumn } from './unknownColumn.ts';

/** A parsed row. This file checks that it is an object. */
export type JsonRow = unknown;
type Row = Readonly<Record<string, unknown>>;

const NO_ROW: Row = {};

/**
 * A chunk of JSON objects. `broken` are issues found before. Names such as `__proto__` are ordinary
 * columns.
 */
export function jsonRows(
  values: readonly JsonRow[],
  first: number,
  known: ReadonlySet<string>,
  broken: readonly FieldError[] = [],
): RawRows {
  const rows = values.map((value) => (isRow(value) ? value : NO_ROW));
  const nameless = namelessColumn(known);
  return {
    count: rows.length,
    first,
    issues: [...broken, ...issuesIn(values, first, known)],
    column: (name) => (row) => {
      const cells = rows[row];
      if (cells === undefined) return undefined;
      if (Object.hasOwn(cells, name)) return cells[name];
      return name === nameless ? cells[''] : undefined;
    },
  };
}

/** The column of the empty key: the only one of the dataset whose name was generated. */
function namelessColumn(known: ReadonlySet<string>): string | undefined {
  const [name, ...others] = namelessColumns(known);
  return others.length === 0 ? name : undefined;
}

function isRow(value: JsonRow): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Stops once there are more issues than an error lists. */
function issuesIn(values: readonly JsonRow[], first: number, known: ReadonlySet<string>): readonly FieldError[] {
  const found: FieldError[] = [];
  for (const [i, value] of values.entries()) {
    const path = ['rows', first + i];
    if (!isRow(value)) found.push({ path: pointer(path), message: 'Expected an object with a value for each column.' });
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
    if (known.has(name) || (name === '' && namelessColumn(known) !== undefined)) continue;
    found.push(unknownColumn(name, path, known, found.length));
    if (found.length > MAX_LISTED) return;
  }
}
