import { selectFeatureColumns } from '../../features/selectFeatureColumns.ts';
import type { Table } from '../../formats/table.ts';
import { reservedColumns } from '../../training/resolve/resolve.ts';
import type { DatasetShape } from '../../training/resolve/shape.ts';
import type { TrainingSpec } from '../../training/schemas/spec.ts';

/**
 * The training with the columns that it reads, and the types that the profile gives them: the file itself tells numbers from words, but not
 * what identifies a row.
 */
export function pinColumns(spec: TrainingSpec, columns: DatasetShape['columns']) {
  const reserved = reservedColumns(spec);
  const { used } = selectFeatureColumns(columns, spec.features, reserved);
  const types = Object.fromEntries(used.map(({ column, type }) => [column.name, type]));
  return {
    spec: { ...spec, features: { ...spec.features, types } },
    columns: [...reserved, ...used.map(({ column }) => column.name)],
  };
}

/** The table with those columns alone. */
export function pickColumns({ rows, columns }: Table, names: readonly string[]): Table {
  const kept = new Set(names);
  return { rows, columns: columns.filter(({ name }) => kept.has(name)) };
}
