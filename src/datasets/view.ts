import { isoTime } from '../kit/clock.ts';
import type { DatasetRow } from '../store/tables.ts';
import type { Dataset } from './schemas.ts';

/** A row of the database as it is on the wire; its JSON was written from the types of the answer. */
export function toDataset(row: DatasetRow): Dataset {
  const { id, name, state, rows, bytes, sha256 } = row;
  return {
    id,
    name,
    state,
    rows,
    bytes,
    sha256,
    createdAt: isoTime(row.createdAt),
    columns: JSON.parse(row.columns),
    warnings: JSON.parse(row.warnings),
    error: row.error === null ? null : JSON.parse(row.error),
  };
}
