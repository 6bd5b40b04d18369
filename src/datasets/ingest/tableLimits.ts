import type { Session } from '../duckdb/duckdb.ts';
import { type TableLimits, tooLarge } from './protocol/messages.ts';
import type { ColumnScan } from './scan/columnScan.ts';
import type { Relation } from './source/relation.ts';
import type { FoundColumn } from './source/source.ts';

/** Characters of a too long name that its refusal shows. */
const SHOWN_LETTERS = 50;

/**
 * Throws Refusal for too many columns or a too long name. Needs the names only, so it runs before
 * the cells are read.
 */
export function checkColumns(names: readonly string[], { columns, nameLength }: TableLimits): void {
  if (names.length > columns) {
    throw tooLarge(`The table has ${names.length} columns; the limit is ${columns}. Send fewer columns.`);
  }
  const long = names.find((name) => name.length > nameLength);
  if (long === undefined) return;
  const start = JSON.stringify(long.slice(0, SHOWN_LETTERS));
  throw tooLarge(
    `The column name ${start}… has ${long.length} characters; the limit is ${nameLength}. Shorten it, or send header=false if there is no header.`,
  );
}

/** Throws Refusal for too many rows. */
export function checkRows(rows: number, limits: TableLimits): void {
  if (rows > limits.rows)
    throw tooLarge(`The table has ${rows} rows; the limit is ${limits.rows}. Send a sample of them.`);
}

/** A relation, and the longest cells of its columns of text by id. */
export interface LongestCells {
  readonly relation: Pick<Relation, 'from' | 'cell'>;
  readonly scans: ReadonlyMap<string, Pick<ColumnScan, 'longestBytes'>>;
}

/** Throws Refusal with the row and the column of a too large cell. */
export async function checkCells(
  session: Session,
  columns: readonly FoundColumn[],
  { relation, scans }: LongestCells,
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
    `Row ${row} has a cell of ${bytes} bytes in column ${JSON.stringify(column.name)}; the limit is ${cellBytes}. Shorten it, or omit the column.`,
  );
}
