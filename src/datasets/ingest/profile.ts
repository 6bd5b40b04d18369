import { isoTime } from '../../kit/clock.ts';
import type { Session } from '../duckdb.ts';
import type { DatasetColumn } from '../schemas.ts';
import { type ColumnFacts, readFacts } from './facts.ts';
import type { PlannedColumn } from './plan.ts';
import { readTop, type ValueCount } from './top.ts';
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
  const named = typed.filter(({ type }) => type !== 'numeric' && type !== 'datetime').map(({ column }) => column);
  const tops = await readTop(session, named);
  return typed.map(({ column, type }) => {
    const base = { name: column.name, missing: column.rows - column.count, distinct: column.distinct };
    if (type === 'numeric') return { facts: column, column: { ...base, type, ...numbers(column) } };
    if (type === 'datetime') return { facts: column, column: { ...base, type, ...times(column) } };
    const top: ValueCount[] = [...(tops.get(column.id) ?? [])];
    return { facts: column, column: { ...base, type, top } };
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
