import { hasProfile, type Profile, STORED_TYPES } from '../../../formats/columnTypes.ts';
import { literal } from '../../../formats/types/sql.ts';
import type { Session } from '../../duckdb/duckdb.ts';
import { batches, columnId } from '../../duckdb/sql.ts';
import { TABLE_FILE } from '../protocol/messages.ts';
import { byColumns, cellRows } from '../source/relation.ts';
import type { Shape } from './histogram.ts';
import { readNumberStats, type WrittenColumn } from './numberStats.ts';
import type { PlannedColumn } from './plan.ts';
import { TABLE } from './table.ts';
import { columnsPerStatement, NO_TEXT_STATS, readTextStats, type TextStats } from './textStats.ts';

/** A column of the written table with its statistics. */
export interface ColumnStats extends PlannedColumn, TextStats {
  readonly rows: number;
  /** Of numbers and times (milliseconds since 1970); null for others and without a value. */
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Whether all numbers are whole. */
  readonly whole: boolean;
  /** Of numbers; null for others. */
  readonly shape: Shape | null;
  /** Whether the cells are the row numbers, from 0 or 1. */
  readonly countsRows: boolean;
}

/** Each is an expression, whose planning takes time. */
const COUNTS_PER_STATEMENT = 500;

type PartialStats = TextStats & Pick<ColumnStats, 'min' | 'max' | 'mean' | 'whole' | 'shape'>;

const NO_STATS: PartialStats = { ...NO_TEXT_STATS, min: null, max: null, mean: null, whole: false, shape: null };

/** Statistics of every column. Numbers and times have no list of values. */
export async function readColumnStats(
  session: Session,
  columns: readonly PlannedColumn[],
  rows: number,
): Promise<readonly ColumnStats[]> {
  const written = columns.map((column, index) => ({ ...column, id: columnId(index) }));
  const withProfile = (profile: Profile) =>
    written.filter(({ stored }) => hasProfile(STORED_TYPES[stored].type, profile));
  const numbers = await readNumberStats(session, withProfile('histogram'), rows);
  const ranges = await readRanges(session, withProfile('range'), rows);
  const values = await readTextStats(
    session,
    withProfile('values').map(({ id }) => id),
    rows,
  );
  const rounded = await countRounded(session, written);
  const stats = written.map((column) => {
    const partial = numbers.get(column.id) ?? ranges.get(column.id) ?? values.get(column.id);
    const inexact = rounded.get(column.id) ?? column.inexact;
    return { ...NO_STATS, ...partial, ...column, inexact, rows, countsRows: false };
  });
  return markRowNumbers(session, stats);
}

/** The cells of typed columns that float64 rounds. Columns of text are scanned before. */
async function countRounded(session: Session, columns: readonly WrittenColumn[]): Promise<ReadonlyMap<string, number>> {
  const counts = columns.flatMap(({ id, stored, present }) => {
    const { isRounded } = STORED_TYPES[stored];
    return isRounded === null || present !== null ? [] : [{ id, sql: `count_if(${isRounded(id)})::DOUBLE` }];
  });
  const found = new Map<string, number>();
  for (const batch of batches(counts, COUNTS_PER_STATEMENT)) {
    const [row = []] = await session.query(`SELECT ${batch.map(({ sql }) => sql).join(', ')} FROM ${TABLE}`);
    for (const [index, { id }] of batch.entries()) found.set(id, Number(row[index]));
  }
  return found;
}

async function readRanges(
  session: Session,
  columns: readonly WrittenColumn[],
  rows: number,
): Promise<ReadonlyMap<string, Partial<PartialStats>>> {
  const stats = new Map<string, Partial<PartialStats>>();
  // One statement lists the cells of its columns, which must have one type.
  for (const [stored, alike] of Map.groupBy(columns, (column) => column.stored)) {
    const { double } = STORED_TYPES[stored];
    for (const batch of batches(alike, columnsPerStatement(rows))) {
      const cells = cellRows(
        byColumns(TABLE),
        batch.map(({ id }) => id),
      );
      const results = await session.query(
        `SELECT place, count(cell)::DOUBLE, count(DISTINCT cell)::DOUBLE, ${double('min(cell)')}, ${double('max(cell)')}
         FROM ${cells} GROUP BY place`,
      );
      for (const [place, count, distinct, min, max] of results) {
        const range = { min: finiteOrNull(min), max: finiteOrNull(max) };
        stats.set(batch[Number(place)]?.id ?? '', { count: Number(count), distinct: Number(distinct), ...range });
      }
    }
  }
  return stats;
}

function finiteOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

async function markRowNumbers(session: Session, stats: readonly ColumnStats[]): Promise<readonly ColumnStats[]> {
  const possible = stats.filter(mayCountRows);
  if (possible.length === 0) return stats;
  const aggregates = possible.map(({ id, min }) => `bool_and(${id} = file_row_number + ${min ?? 0})`);
  const read = `read_parquet(${literal(TABLE_FILE)}, file_row_number = true)`;
  const row = (await session.query(`SELECT ${aggregates.join(', ')} FROM ${read}`))[0] ?? [];
  const counting = new Set(possible.filter((_, index) => row[index] === true).map(({ id }) => id));
  return stats.map((column) => (counting.has(column.id) ? { ...column, countsRows: true } : column));
}

function mayCountRows({ whole, count, distinct, rows, min, max }: ColumnStats): boolean {
  const dense = distinct === rows && count === rows && max === (min ?? 0) + rows - 1;
  return whole && dense && (min === 0 || min === 1);
}
