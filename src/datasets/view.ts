import { isoTime } from '../kit/clock.ts';
import { fromJson, fromNullableJson } from '../store/database/json.ts';
import type { DatasetRow } from '../store/database/tables.ts';
import type { Dataset, DatasetSummary } from './schemas.ts';
import type { ListedDatasetRow } from './stored/store.ts';

/**
 * Converts a database row to its API form. Its JSON columns were written with the types of the API.
 */
export function toDataset(row: DatasetRow): Dataset {
  return { ...datasetSummary(row), columns: fromJson(row.columns), warnings: fromJson(row.warnings) };
}

/**
 * The JSON of `toDataset`. Copies the stored JSON without parsing it: a wide profile has many
 * megabytes.
 */
export function datasetJson(row: DatasetRow): string {
  const members = JSON.stringify(datasetSummary(row)).slice(1, -1);
  return `{${members},"columns":${row.columns},"warnings":${row.warnings}}`;
}

/** The row as an item of a list. */
export function datasetSummary(row: ListedDatasetRow): DatasetSummary {
  const { id, name, state, rows, bytes, sha256, columnCount } = row;
  return {
    ...{ id, name, state, rows, bytes, sha256, columnCount },
    createdAt: isoTime(row.createdAt),
    error: fromNullableJson(row.error),
  };
}
