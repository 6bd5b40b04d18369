import type { Database, Queries } from './database.ts';
import { dialectOf } from './dialect/dialect.ts';

/**
 * Runs a write that does not wait for the disk. It may be lost on power failure, so use it only for
 * data that no response has reported.
 */
export function writeWithRelaxedDurability<Result>(
  database: Database,
  write: (queries: Queries) => Promise<Result>,
): Promise<Result> {
  return dialectOf(database).relaxDurability(database, write);
}
