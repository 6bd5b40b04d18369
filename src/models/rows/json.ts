import { membersOf, sourceText } from '../../formats/text/jsonSource.ts';
import { type FieldError, MAX_LISTED, pointer } from '../../kit/contract/errors.ts';
import { namelessColumns } from './columnNames.ts';
import type { RawRows } from './rawRows.ts';
import { unknownColumn } from './unknownColumn.ts';

/** Parsed rows and their source text by index. This file checks that each is an object. */
export interface JsonRows {
  readonly values: readonly unknown[];
  readonly sourceOf: (row: number) => string;
}

type Row = Readonly<Record<string, unknown>>;

const NO_ROW: Row = {};

/**
 * A chunk of JSON objects. `broken` are issues found before. Names such as `__proto__` are ordinary
 * columns.
 */
export function jsonRows(
  { values, sourceOf }: JsonRows,
  first: number,
  known: ReadonlySet<string>,
  broken: readonly FieldError[] = [],
): RawRows {
  const rows = values.map((value) => (isRow(value) ? value : NO_ROW));
  const nameless = namelessColumn(known);
  const sources = new Map<number, ReadonlyMap<string, string>>();
  const sourcesIn = (row: number) => {
    const members = sources.get(row) ?? membersOf(sourceOf(row));
    sources.set(row, members);
    return members;
  };
  /** The key of the column's cell in a row; undefined where the row has none. */
  const keyIn = (row: number, name: string) => {
    const cells = rows[row];
    if (cells === undefined) return undefined;
    const key = Object.hasOwn(cells, name) || name !== nameless ? name : '';
    return Object.hasOwn(cells, key) ? key : undefined;
  };
  const column = (name: string) => (row: number) => {
    const cells = rows[row];
    if (cells !== undefined && Object.hasOwn(cells, name)) return cells[name];
    const key = keyIn(row, name);
    return key === undefined ? undefined : cells?.[key];
  };
  return {
    count: rows.length,
    first,
    issues: [...broken, ...issuesIn(values, first, known)],
    column,
    texts(name) {
      const cellOf = column(name);
      return (row) => {
        const cell = cellOf(row);
        return hasOtherText(cell) ? sourceText(sourcesIn(row).get(keyIn(row, name) ?? name) ?? '') : cell;
      };
    },
  };
}

/** The column of the empty key: the only one of the dataset whose name was generated. */
function namelessColumn(known: ReadonlySet<string>): string | undefined {
  const [name, ...others] = namelessColumns(known);
  return others.length === 0 ? name : undefined;
}

/** Whether the source text of a value can differ from that of the parsed value. */
function hasOtherText(cell: unknown): boolean {
  return typeof cell === 'number' || (typeof cell === 'object' && cell !== null);
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Stops once there are more issues than an error lists. */
function issuesIn(values: readonly unknown[], first: number, known: ReadonlySet<string>): readonly FieldError[] {
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
