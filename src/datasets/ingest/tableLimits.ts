import type { Session } from '../duckdb/duckdb.ts';
import { Refusal, type TableLimits } from './messages.ts';
import type { TableScan } from './scan/columnScan.ts';
import type { Source } from './source/source.ts';

/** Characters of a name that is too long that its refusal shows. */
const SHOWN_LETTERS = 50;

/** Throws Refusal where there are more columns than there may be, or one has too long a name; before the cells are looked at. */
export function checkColumns(names: readonly string[], { columns, nameLength }: TableLimits): void {
  if (names.length > columns) {
    throw tooLarge(`The table has ${names.length} columns, and ${columns} are allowed: send those that matter.`);
  }
  const long = names.find((name) => name.length > nameLength);
  if (long === undefined) return;
  const start = JSON.stringify(long.slice(0, SHOWN_LETTERS));
  throw tooLarge(
    `The name of a column, ${start}…, has ${long.length} characters, and ${nameLength} are allowed: shorten it, or say header=false if there is no header.`,
  );
}

/** Throws Refusal where there are more rows than there may be. */
export function checkRows(rows: number, limits: TableLimits): void {
  if (rows > limits.rows)
    throw tooLarge(`The table has ${rows} rows, and ${limits.rows} are allowed: send a sample of them.`);
}

/** Throws Refusal with the row and the column of a cell that is larger than it may be. */
export async function checkCells(
  session: Session,
  { columns }: Source,
  { relation, scans }: TableScan,
  { cellBytes }: TableLimits,
): Promise<void> {
  const column = columns.find(({ id }) => (scans.get(id)?.longestBytes ?? 0) > cellBytes);
  if (column === undefined) return;
  const cells = `SELECT row_number() OVER () AS row, strlen(${relation.cell(column.id)}) AS bytes FROM ${relation.from}`;
  const [first] = await session.query(
    `SELECT row::DOUBLE, bytes::DOUBLE FROM (${cells}) WHERE bytes > ${cellBytes} ORDER BY row LIMIT 1`,
  );
  const [row, bytes] = first ?? [];
  throw tooLarge(
    `Row ${row} has a cell of ${bytes} bytes in column ${JSON.stringify(column.name)}, and the limit is ${cellBytes}. Shorten it, or leave the column out.`,
  );
}

export function tooLarge(message: string): Refusal {
  return new Refusal(message, [], 'table_too_large');
}
