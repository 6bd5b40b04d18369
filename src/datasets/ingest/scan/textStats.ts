import type { Session } from '../../duckdb/duckdb.ts';
import { batches } from '../../duckdb/sql.ts';
import { byColumns, cellRows } from '../source/relation.ts';
import { TABLE } from './table.ts';

interface ValueCount {
  readonly value: string;
  readonly count: number;
}

/** The values of a column as text. */
export interface TextStats {
  /** Cells with a value. */
  readonly count: number;
  readonly distinct: number;
  /** Blanks in a cell, on average. */
  readonly blanks: number;
  /** The most frequent values; ties in byte order. */
  readonly top: readonly ValueCount[];
}

export const NO_TEXT_STATS: TextStats = { count: 0, distinct: 0, blanks: 0, top: [] };

const TOP_VALUES = 10;
/** Groups of values are in memory: this many distinct cells take some hundred megabytes. */
const CELLS_PER_STATEMENT = 4 * 2 ** 20;
const MAX_COLUMNS_PER_STATEMENT = 1000;

/** The values of columns of the written table, by column id. Columns without a value are absent. */
export async function readTextStats(
  session: Session,
  ids: readonly string[],
  rows: number,
): Promise<ReadonlyMap<string, TextStats>> {
  const values = new Map<string, TextStats>();
  for (const batch of batches(ids, columnsPerStatement(rows))) {
    const cells = cellRows(
      byColumns(TABLE),
      batch.map((id) => `CAST(${id} AS VARCHAR)`),
    );
    const groups = `SELECT place, cell, count(*) AS n FROM ${cells} WHERE cell IS NOT NULL GROUP BY place, cell`;
    const blanks = "length(cell) - length(replace(cell, ' ', ''))";
    const results = await session.query(
      `SELECT place, sum(n)::DOUBLE, count(*)::DOUBLE, (sum(n * (${blanks})) / sum(n))::DOUBLE,
         to_json(min({'n': -n, 'value': cell}, ${TOP_VALUES}))
       FROM (${groups}) GROUP BY place`,
    );
    for (const [place, count, distinct, average, top] of results) {
      values.set(batch[Number(place)] ?? '', {
        ...{ count: Number(count), distinct: Number(distinct), blanks: Number(average) },
        top: JSON.parse(String(top)).map(toValueCount),
      });
    }
  }
  return values;
}

/** The number of columns of the written table that one statement may convert to rows of cells. */
export function columnsPerStatement(rows: number): number {
  return Math.min(MAX_COLUMNS_PER_STATEMENT, Math.max(1, Math.floor(CELLS_PER_STATEMENT / rows)));
}

function toValueCount({ n, value }: { readonly n: number; readonly value: string }): ValueCount {
  return { value, count: -n };
}
