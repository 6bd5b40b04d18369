import { uniqueNames } from '../../../formats/columnNames.ts';
import { type StoredAs, storedAsOf } from '../../../formats/columnTypes.ts';
import { FLOAT64_DIGITS } from '../../../formats/types/numeric.ts';
import { literal } from '../../../formats/types/sql.ts';
import type { Cell, Session } from '../../duckdb/duckdb.ts';
import { columnId } from '../../duckdb/sql.ts';
import type { DatasetWarning } from '../../profile/schemas.ts';
import { Refusal } from '../protocol/messages.ts';
import type { FoundColumn, Source } from './source.ts';

/**
 * Reads Parquet. Typed columns stay typed, strings are read as cells of CSV, nested values become
 * text.
 */
export async function openParquet(session: Session, file: string): Promise<Source<FoundColumn>> {
  const read = `read_parquet(${literal(file)})`;
  const types = await queryFile(session, `DESCRIBE SELECT * FROM ${read}`);
  const names = topLevel(
    await queryFile(session, `SELECT name, coalesce(num_children, 0)::DOUBLE FROM parquet_schema(${literal(file)})`),
  );
  const ids = types.map((_, index) => columnId(index));
  const columns = types.map(([, type], index) => ({
    id: columnId(index),
    name: names[index] ?? '',
    ...readingOf(String(type), columnId(index)),
  }));
  const table = `${read} AS t(${ids.join(', ')})`;
  const relation = `(SELECT ${columns.map(({ id, cell }) => `${cell} AS ${id}`).join(', ')} FROM ${table})`;
  return {
    columns: columns.map(({ cell: _cell, isLost: _isLost, ...column }) => column),
    ...{ relation, fallback: () => null, delimiter: null, staging: null, refusalOf: refusal },
    warnings: () => lostCells(session, columns, table),
  };
}

/** The rows that the footer of a file states. Throws Refusal for a file without a footer. */
export async function statedRows(session: Session, file: string): Promise<number> {
  const [[rows] = []] = await queryFile(
    session,
    `SELECT sum(num_rows)::DOUBLE FROM parquet_file_metadata(${literal(file)})`,
  );
  return Number(rows);
}

/** How a column is read. */
interface TypedReading {
  readonly kind: StoredAs;
  /** SQL for the cell. */
  readonly cell: string;
  /** SQL for whether a cell that is not NULL becomes missing. */
  readonly isLost?: string;
}

/** JavaScript's Date represents no other times. DuckDB's are microseconds. */
const TIME_RANGE =
  "BETWEEN TIMESTAMP '1970-01-01' - INTERVAL 100000000 DAYS AND TIMESTAMP '1970-01-01' + INTERVAL 100000000 DAYS";

function readingOf(type: string, id: string): TypedReading {
  const digits = Number(/^DECIMAL\((\d+)/.exec(type)?.[1] ?? 0);
  if (digits > FLOAT64_DIGITS) return { kind: 'decimal', cell: id };
  // Their text decides, as in CSV: their numbers may be small.
  if (digits > 0 || /^(UBIGINT|U?HUGEINT)$/.test(type)) return { kind: 'text', cell: `CAST(${id} AS VARCHAR)` };
  const kind = storedAsOf(type);
  if (kind === 'text') return { kind, cell: `CAST(${id} AS VARCHAR)` };
  if (kind === 'datetime') {
    const isTime = `coalesce(isfinite(TRY_CAST(${id} AS TIMESTAMP)) AND TRY_CAST(${id} AS TIMESTAMP) ${TIME_RANGE}, false)`;
    return { kind, cell: `CASE WHEN ${isTime} THEN TRY_CAST(${id} AS TIMESTAMP) END`, isLost: `NOT ${isTime}` };
  }
  if (kind !== 'number') return { kind, cell: id };
  // The shortest text of a float32, so that 0.1 is not 0.10000000149011612.
  const cell = type === 'FLOAT' ? `CAST(CAST(${id} AS VARCHAR) AS DOUBLE)` : id;
  return { kind, cell, isLost: `isinf(${id})` };
}

/** Warns of infinite numbers and times, which become missing. NaN is a mark of missing cells. */
async function lostCells(
  session: Session,
  columns: readonly (FoundColumn & TypedReading)[],
  table: string,
): Promise<readonly DatasetWarning[]> {
  const lossy = columns.filter(({ isLost }) => isLost !== undefined);
  if (lossy.length === 0) return [];
  const counts = lossy.map(({ id, isLost }) => `count_if(${id} IS NOT NULL AND ${isLost})::DOUBLE`);
  const [lost] = await session.query(`SELECT ${counts.join(', ')} FROM ${table}`);
  const names = uniqueNames(columns.map(({ name }) => name));
  return lossy.flatMap((column, index): DatasetWarning[] => {
    const cells = Number(lost?.[index]);
    if (cells === 0) return [];
    const what = column.kind === 'datetime' ? 'infinite times, or beyond the years of Date,' : 'infinite numbers';
    return [
      {
        code: 'mixed_types',
        column: names[columns.indexOf(column)] ?? '',
        message: `${cells} cells are ${what} and became missing.`,
      },
    ];
  });
}

/**
 * The names of the top level as in the file. DuckDB would rename those that differ by case only.
 */
function topLevel(schema: readonly (readonly Cell[])[]): readonly string[] {
  const names: string[] = [];
  let below = 0;
  for (const [name, children] of schema.slice(1)) {
    if (below === 0) names.push(String(name));
    else below -= 1;
    below += Number(children);
  }
  return names;
}

async function queryFile(session: Session, sql: string) {
  try {
    return await session.query(sql);
  } catch {
    throw refusal();
  }
}

function refusal(): Refusal {
  return new Refusal('The Parquet file cannot be read. Write it again, without encryption.');
}
