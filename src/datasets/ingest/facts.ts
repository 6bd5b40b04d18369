import type { Session } from '../duckdb.ts';
import type { Shape } from './histogram.ts';
import { TABLE_FILE } from './messages.ts';
import { readNumbers, type WrittenColumn } from './numbers.ts';
import type { PlannedColumn } from './plan.ts';
import { batches, columnId, literal } from './sql.ts';
import { TABLE } from './table.ts';

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
  /** Of numbers; null of others. */
  readonly shape: Shape | null;
  /** Blanks in a cell, on average; 0 of all that is no text. */
  readonly blanks: number;
  /** Whether the cells count the rows, from 0 or 1. */
  readonly countsRows: boolean;
}

type Looks = Pick<ColumnFacts, 'count' | 'distinct' | 'min' | 'max' | 'mean' | 'whole' | 'shape' | 'blanks'>;

/** Statistics of every column. */
export async function readFacts(
  session: Session,
  columns: readonly PlannedColumn[],
  rows: number,
): Promise<readonly ColumnFacts[]> {
  const written = columns.map((column, index) => ({ ...column, id: columnId(index) }));
  const isNumber = ({ stored }: PlannedColumn) => stored === 'number' || stored === 'integer';
  const numbers = await readNumbers(session, written.filter(isNumber), rows);
  const others = await readOthers(
    session,
    written.filter((column) => !isNumber(column)),
  );
  const facts = written.map((column) => {
    const looks = numbers.get(column.id) ?? others.get(column.id) ?? NOTHING;
    return { ...NOTHING, ...looks, ...column, rows, countsRows: false };
  });
  return markRowNumbers(session, facts);
}

const NOTHING: Looks = {
  count: 0,
  distinct: 0,
  min: null,
  max: null,
  mean: null,
  whole: false,
  shape: null,
  blanks: 0,
};

/** Columns of anything but numbers, by their ids, in passes over a hundred of them. */
async function readOthers(
  session: Session,
  columns: readonly WrittenColumn[],
): Promise<ReadonlyMap<string, Partial<Looks>>> {
  const facts = new Map<string, Partial<Looks>>();
  for (const batch of batches(columns, COLUMNS_A_PASS)) {
    const looks = batch.flatMap(looksAt).map((look) => `(${look})::DOUBLE`);
    const [answer = []] = await session.query(`SELECT ${looks.join(', ')} FROM ${TABLE}`);
    for (const [index, { id }] of batch.entries()) {
      const [count, distinct, min, max, blanks] = answer.slice(index * 5, index * 5 + 5);
      facts.set(id, {
        count: Number(count),
        distinct: Number(distinct),
        min: finiteOrNull(min),
        max: finiteOrNull(max),
        blanks: Number(blanks),
      });
    }
  }
  return facts;
}

/** Five figures: count, distinct, min, max, blanks. */
function looksAt({ id, stored }: WrittenColumn): readonly string[] {
  const counts = [`count(${id})`, `count(DISTINCT ${id})`];
  if (stored === 'datetime') return [...counts, `epoch_ms(min(${id}))`, `epoch_ms(max(${id}))`, '0'];
  if (stored !== 'text') return [...counts, 'NULL', 'NULL', '0'];
  return [...counts, 'NULL', 'NULL', `coalesce(avg(length(${id}) - length(replace(${id}, ' ', ''))), 0)`];
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
