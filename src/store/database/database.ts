import { CamelCasePlugin, Kysely, type Transaction } from 'kysely';
import { corruptDatabaseError } from './dialect/corruptDatabaseError.ts';
import { type DatabaseDialect, dialectOf } from './dialect/dialect.ts';
import type { QueryListener } from './metrics.ts';
import { sqliteDialect } from './sqlite/sqlite.ts';
import type { Tables } from './tables.ts';

export type Database = Kysely<Tables>;
/** A database or a transaction on it: what a query needs. */
export type Queries = Kysely<Tables> | Transaction<Tables>;

export interface DatabaseOptions {
  /** Called with every statement. */
  readonly onQuery?: QueryListener | undefined;
  /** How long statements wait for another process that writes. */
  readonly busyTimeoutMs?: number | undefined;
  readonly dialect?: DatabaseDialect | undefined;
}

/** The dialect of a data folder. */
export const dialect: DatabaseDialect = sqliteDialect;

/**
 * Opens the database at `location`, created if absent, with all migrations applied. Throws an error
 * that says what to do when it is damaged, locked by another program, or of a later version.
 */
export function openDatabase(location: string, options: DatabaseOptions = {}): Database {
  const { onQuery, busyTimeoutMs, dialect: chosen = dialect } = options;
  return new Kysely<Tables>({
    dialect: chosen.open(location, { busyTimeoutMs }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
    ...(onQuery && { log: onQuery }),
  });
}

/** Runs the work in the transaction of `queries`, or in one of its own. */
export function inTransaction<Result>(
  queries: Queries,
  work: (transaction: Queries) => Promise<Result>,
): Promise<Result> {
  return queries.isTransaction ? work(queries) : queries.transaction().execute(work);
}

/**
 * Reads the whole database, so that a service does not start with a damaged one. Throws the error
 * that `openDatabase` throws for a damaged database.
 */
export async function checkDatabase(database: Database, location: string): Promise<void> {
  const found = await dialectOf(database).findCorruption(database);
  if (found) throw corruptDatabaseError(location, found);
}
