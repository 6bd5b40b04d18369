import { isoTime } from '../../kit/clock.ts';
import type { Session } from '../duckdb/duckdb.ts';
import type { DatasetColumn } from '../schemas.ts';
import type { PlannedColumn } from './plan.ts';
import { type ColumnFacts, readFacts } from './scan/facts.ts';
import { readValues } from './scan/values.ts';
import { typeOf } from './types.ts';

export interface Profiled {
  readonly facts: ColumnFacts;
  readonly column: DatasetColumn;
}

/** Types and statistics of every column of the written table. */
export async function profile(
  session: Session,
  planned: readonly PlannedColumn[],
  rows: number,
): Promise<readonly Profiled[]> {
  const facts = await readFacts(session, planned, rows);
  const typed = facts.map((column) => ({ column, type: typeOf(column, facts.length) }));
  // Numbers that name rows are shown as values; of the others only the figures are known so far.
  const names = typed.filter(({ column, type }) => column.shape !== null && type !== 'numeric');
  const values = await readValues(
    session,
    names.map(({ column }) => column.id),
    rows,
  );
  return typed.map(({ column, type }) => {
    const base = { name: column.name, missing: column.rows - column.count, distinct: column.distinct };
    if (type === 'numeric') return { facts: column, column: { ...base, type, ...numbers(column) } };
    if (type === 'datetime') return { facts: column, column: { ...base, type, ...times(column) } };
    const { top } = values.get(column.id) ?? column;
    return { facts: column, column: { ...base, type, top: [...top] } };
  });
}

function numbers({ min, max, mean, shape }: ColumnFacts) {
  return {
    min,
    max,
    mean,
    standardDeviation: shape?.standardDeviation ?? null,
    histogram: { edges: [...(shape?.histogram.edges ?? [])], counts: [...(shape?.histogram.counts ?? [])] },
  };
}

function times({ min, max }: ColumnFacts) {
  return { min: min === null ? null : isoTime(min), max: max === null ? null : isoTime(max) };
}
