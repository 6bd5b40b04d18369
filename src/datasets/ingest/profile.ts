import { columnTypes, hasProfile } from '../../formats/columnTypes.ts';
import type { Session } from '../duckdb/duckdb.ts';
import type { DatasetColumn } from '../profile/schemas.ts';
import { type ColumnStats, readColumnStats } from './scan/columnStats.ts';
import type { PlannedColumn } from './scan/plan.ts';
import { readTextStats } from './scan/textStats.ts';
import { typeOf } from './types.ts';

export interface Profiled {
  readonly stats: ColumnStats;
  readonly column: DatasetColumn;
}

/** Types and statistics of every column of the written table. */
export async function profile(
  session: Session,
  planned: readonly PlannedColumn[],
  rows: number,
): Promise<readonly Profiled[]> {
  const stats = await readColumnStats(session, planned, rows);
  const typed = stats.map((column) => ({ column, type: typeOf(column, stats.length) }));
  // Identifiers that are numbers show their values, which are not counted yet.
  const names = typed.filter(({ column, type }) => column.shape !== null && !hasProfile(type, 'histogram'));
  const values = await readTextStats(
    session,
    names.map(({ column }) => column.id),
    rows,
  );
  return typed.map(({ column, type }) => {
    const base = { name: column.name, missing: column.rows - column.count, distinct: column.distinct };
    if (hasProfile(type, 'histogram')) return { stats: column, column: { ...base, type, ...numbers(column) } };
    if (hasProfile(type, 'range'))
      return { stats: column, column: { ...base, type, ...rangeOf(column, columnTypes[type].toText) } };
    const { top } = values.get(column.id) ?? column;
    // A job may predict the numbers of an identifier, so it has their range too.
    const range = column.shape === null ? {} : { min: column.min, max: column.max };
    return { stats: column, column: { ...base, type, top: [...top], ...range } };
  });
}

function numbers({ min, max, mean, shape, format }: ColumnStats) {
  return {
    ...(format?.unit && { unit: format.unit }),
    min,
    max,
    mean,
    standardDeviation: shape?.standardDeviation ?? null,
    histogram: { edges: [...(shape?.histogram.edges ?? [])], counts: [...(shape?.histogram.counts ?? [])] },
  };
}

function rangeOf({ min, max }: ColumnStats, toText: (value: number) => string) {
  return { min: min === null ? null : toText(min), max: max === null ? null : toText(max) };
}
