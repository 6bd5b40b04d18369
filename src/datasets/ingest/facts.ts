import type { Session } from '../duckdb.ts';
import { TABLE_FILE } from './messages.ts';
import type { PlannedColumn } from './plan.ts';
import { batches, columnId, literal } from './sql.ts';

/** A count of distinct values takes some two megabytes a column, however few rows there are. */
const COLUMNS_A_PASS = 100;

/** A column of the written table with what its statistics say. */
export interface ColumnFacts extends PlannedColumn {
  readonly id: string;
  readonly rows: number;
  /** Cells that hold a value. */
  readonly count: number;
  readonly distinct: number;
  /** Of numbers and times (milliseconds since 1970); null of others and where there is no value. */
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Whether all numbers are whole. */
  readonly whole: boolean;
  /** Blanks in a cell, on average; 0 of all that is no text. */
  readonly blanks: number;
  /** Whether the cells count the rows, from 0 or 1. */
  readonly countsRows: boolean;
}

export const TABLE = `read_parquet(${literal(TABLE_FILE)})`;

/** Statistics of every column, in passes over a hundred columns. */
export async function readFacts(session: Session, columns: readonly PlannedColumn[]): Promise<readonly ColumnFacts[]> {
  const facts: ColumnFacts[] = [];
  const named = columns.map((column, index) => ({ ...column, id: columnId(index) }));
  for (const batch of batches(named, COLUMNS_A_PASS)) {
    const looks = batch.flatMap(({ id, stored }) => LOOKS[stored](id)).map((look) => `(${look})::DOUBLE`);
    const answer = (await session.query(`SELECT count(*)::DOUBLE, ${looks.join(', ')} FROM ${TABLE}`))[0] ?? [];
    const rows = Number(answer[0]);
    for (const [index, column] of batch.entries()) {
      const [count, distinct, min, max, mean, whole, blanks] = answer.slice(1 + index * 7, 8 + index * 7);
      facts.push({
        ...column,
        rows,
        count: Number(count),
        distinct: Number(distinct),
        min: finiteOrNull(min),
        max: finiteOrNull(max),
        mean: finiteOrNull(mean),
        whole: whole === 1,
        blanks: Number(blanks),
        countsRows: false,
      });
    }
  }
  return markRowNumbers(session, facts);
}

const counts = (id: string) => [`count(${id})`, `count(DISTINCT ${id})`];
const numbers = (id: string, whole: string) => [...counts(id), `min(${id})`, `max(${id})`, `avg(${id})`, whole, '0'];

/** Seven figures of each kind of column: count, distinct, min, max, mean, whole, blanks. */
const LOOKS: Record<PlannedColumn['stored'], (id: string) => readonly string[]> = {
  integer: (id) => numbers(id, '1'),
  number: (id) => numbers(id, `bool_and(trunc(${id}) = ${id})`),
  boolean: (id) => [...counts(id), 'NULL', 'NULL', 'NULL', '0', '0'],
  datetime: (id) => [...counts(id), `epoch_ms(min(${id}))`, `epoch_ms(max(${id}))`, 'NULL', '0', '0'],
  text: (id) => [
    ...counts(id),
    'NULL',
    'NULL',
    'NULL',
    '0',
    `coalesce(avg(length(${id}) - length(replace(${id}, ' ', ''))), 0)`,
  ],
};

function finiteOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

async function markRowNumbers(session: Session, facts: readonly ColumnFacts[]): Promise<readonly ColumnFacts[]> {
  const possible = facts.filter(mayCountRows);
  if (possible.length === 0) return facts;
  const looks = possible.map(({ id, min }) => `bool_and(${id} = file_row_number + ${min ?? 0})`);
  const read = `read_parquet(${literal(TABLE_FILE)}, file_row_number = true)`;
  const answer = (await session.query(`SELECT ${looks.join(', ')} FROM ${read}`))[0] ?? [];
  const counting = new Set(possible.filter((_, index) => answer[index] === true).map(({ id }) => id));
  return facts.map((column) => (counting.has(column.id) ? { ...column, countsRows: true } : column));
}

function mayCountRows({ whole, count, distinct, rows, min, max }: ColumnFacts): boolean {
  const dense = distinct === rows && count === rows && max === (min ?? 0) + rows - 1;
  return whole && dense && (min === 0 || min === 1);
}
