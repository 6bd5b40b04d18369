import type { Session } from '../../duckdb/duckdb.ts';
import { batches, columnId, literal } from '../../duckdb/sql.ts';
import { TABLE_FILE } from '../messages.ts';
import type { PlannedColumn } from '../plan.ts';
import { byColumns, cellRows } from '../source/relation.ts';
import { TABLE } from '../table.ts';
import type { Shape } from './histogram.ts';
import { readNumbers, type WrittenColumn } from './numbers.ts';
import { columnsAStatement, NO_VALUES, readValues, type Values } from './values.ts';

/** A column of the written table with what its statistics say. */
export interface ColumnFacts extends PlannedColumn, Values {
  readonly rows: number;
  /** Of numbers and times (milliseconds since 1970); null of others and where there is no value. */
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Whether all numbers are whole. */
  readonly whole: boolean;
  /** Of numbers; null of others. */
  readonly shape: Shape | null;
  /** Whether the cells count the rows, from 0 or 1. */
  readonly countsRows: boolean;
}

type Looks = Values & Pick<ColumnFacts, 'min' | 'max' | 'mean' | 'whole' | 'shape'>;

const NOTHING: Looks = { ...NO_VALUES, min: null, max: null, mean: null, whole: false, shape: null };

/** Statistics of every column. The values of numbers and times are counted and not listed. */
export async function readFacts(
  session: Session,
  columns: readonly PlannedColumn[],
  rows: number,
): Promise<readonly ColumnFacts[]> {
  const written = columns.map((column, index) => ({ ...column, id: columnId(index) }));
  const are = (...kinds: readonly PlannedColumn['stored'][]) => written.filter(({ stored }) => kinds.includes(stored));
  const numbers = await readNumbers(session, are('number', 'integer'), rows);
  const times = await readTimes(session, are('datetime'), rows);
  const values = await readValues(
    session,
    are('text', 'boolean').map(({ id }) => id),
    rows,
  );
  const facts = written.map((column) => {
    const looks = numbers.get(column.id) ?? times.get(column.id) ?? values.get(column.id);
    return { ...NOTHING, ...looks, ...column, rows, countsRows: false };
  });
  return markRowNumbers(session, facts);
}

async function readTimes(
  session: Session,
  columns: readonly WrittenColumn[],
  rows: number,
): Promise<ReadonlyMap<string, Partial<Looks>>> {
  const facts = new Map<string, Partial<Looks>>();
  for (const batch of batches(columns, columnsAStatement(rows))) {
    const cells = cellRows(
      byColumns(TABLE),
      batch.map(({ id }) => id),
    );
    const answers = await session.query(
      `SELECT place, count(cell)::DOUBLE, count(DISTINCT cell)::DOUBLE, epoch_ms(min(cell))::DOUBLE, epoch_ms(max(cell))::DOUBLE
       FROM ${cells} GROUP BY place`,
    );
    for (const [place, count, distinct, min, max] of answers) {
      const range = { min: finiteOrNull(min), max: finiteOrNull(max) };
      facts.set(batch[Number(place)]?.id ?? '', { count: Number(count), distinct: Number(distinct), ...range });
    }
  }
  return facts;
}

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
