import { selectFeatureColumns } from '../../features/selectFeatureColumns.ts';
import type { Table } from '../../formats/table.ts';
import { reservedColumns, splitColumnOf } from '../../training/resolve/resolve.ts';
import type { DatasetShape } from '../../training/resolve/shape.ts';
import type { TrainingSpec } from '../../training/schemas/spec.ts';

/**
 * The spec with the types of its feature columns from the profile, and the columns that it reads.
 * The file distinguishes numbers from text only. The profile also knows which columns identify a
 * row.
 */
export function pinColumns(spec: TrainingSpec, columns: DatasetShape['columns']) {
  const reserved = reservedColumns(spec);
  const { used } = selectFeatureColumns(columns, spec.features, reserved);
  const splitColumn = splitColumnOf(spec.split);
  const orderColumn = splitColumn === undefined ? [] : [splitColumn];
  const types = Object.fromEntries(used.map(({ column, type }) => [column.name, type]));
  return {
    spec: { ...spec, features: { ...spec.features, types } },
    columns: [...new Set([...reserved, ...orderColumn, ...used.map(({ column }) => column.name)])],
  };
}

/** The table with only the named columns. */
export function pickColumns({ rows, columns }: Table, names: readonly string[]): Table {
  const picked = new Set(names);
  return { rows, columns: columns.filter(({ name }) => picked.has(name)) };
}
