import type { Session } from '../duckdb.ts';
import type { ColumnFacts } from './facts.ts';
import { batches } from './sql.ts';
import { TABLE } from './table.ts';

export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

const TOP_VALUES = 10;
const COLUMNS_A_STATEMENT = 50;

/** The most frequent values of columns, by column id; of equally frequent ones those that come first in byte order. */
export async function readTop(
  session: Session,
  columns: readonly ColumnFacts[],
): Promise<ReadonlyMap<string, readonly ValueCount[]>> {
  const top = new Map<string, ValueCount[]>(columns.map(({ id }) => [id, []]));
  for (const batch of batches(columns, COLUMNS_A_STATEMENT)) {
    const selects = batch.map(
      ({ id }) => `(SELECT '${id}', CAST(${id} AS VARCHAR) AS value, count(*)::DOUBLE AS count FROM ${TABLE}
        WHERE ${id} IS NOT NULL GROUP BY ${id} ORDER BY count DESC, value LIMIT ${TOP_VALUES})`,
    );
    for (const [id, value, count] of await session.query(selects.join(' UNION ALL '))) {
      top.get(String(id))?.push({ value: String(value), count: Number(count) });
    }
  }
  return top;
}
