import type { DialectAdapter, Kysely, Dialect as KyselyDialect, RawBuilder } from 'kysely';

/** Patterns for the codes with which the driver of a database reports errors. */
export interface ErrorCodes {
  /** Another program holds a lock. */
  readonly locked: RegExp;
  /** The disk, a quota or the largest size of a file is reached. */
  readonly full: RegExp;
  /** The process or the machine has no memory or file descriptors left. */
  readonly exhausted: RegExp;
  /** The file is not a database, or its pages are inconsistent. */
  readonly corrupt: RegExp;
  readonly unique: RegExp;
  readonly foreignKey: RegExp;
  readonly check: RegExp;
}

interface OpenOptions {
  /** How long statements wait for another process that writes. */
  readonly busyTimeoutMs?: number | undefined;
}

/** A lock that ends with the process that holds it, however that ends. */
export interface ProcessLock {
  release(): void;
}

/**
 * All that differs between databases. A second database is a second folder with an object of this
 * type, which passes `test/store/database/contract.ts`. Everything else is written once, with
 * Kysely and standard SQL.
 */
export interface DatabaseDialect {
  readonly name: string;
  readonly errorCodes: ErrorCodes;
  /**
   * Opens the database at `location`, created if absent, and applies the migrations that it lacks.
   * Throws errors that say what to do.
   */
  open(location: string, options: OpenOptions): KyselyDialect;
  /** Applies the missing migrations to an existing database and returns their names. */
  migrate(location: string): readonly string[];
  /** The migrations of this version, in their order. */
  migrationNames(): readonly string[];
  /** Reads the whole database. Undefined: it is intact. */
  findCorruption<Tables>(database: Kysely<Tables>): Promise<Error | undefined>;
  /**
   * Writes the committed content to the new file `target`, while other processes read and write the
   * database.
   */
  snapshot(location: string, target: string): void;
  /** Returns the space of deleted rows to the disk, in steps that let other work run. */
  vacuum<Tables>(database: Kysely<Tables>): Promise<void>;
  /**
   * Runs a write that does not wait for the disk. It may be lost on power failure, but only
   * together with all later ones.
   */
  relaxDurability<Tables, Result>(
    database: Kysely<Tables>,
    write: (queries: Kysely<Tables>) => Promise<Result>,
  ): Promise<Result>;
  /** SQL for the value of a key in a JSON column: text or a number, NULL if absent. */
  jsonField<Value>(column: string, key: string): RawBuilder<Value | null>;
  /** Locks the path for this process. Undefined: another process holds the lock. */
  lock(path: string): ProcessLock | undefined;
}

/**
 * Kysely passes the adapter on to transactions and connections, so that each of them knows its
 * dialect.
 */
interface AdapterWithDialect extends DialectAdapter {
  readonly trainyardDialect: DatabaseDialect;
}

/** The dialect of a database, of a connection to it, or of a transaction. */
export function dialectOf<Tables>(queries: Kysely<Tables>): DatabaseDialect {
  // `DatabaseDialect.open` is the only source of adapters.
  return (queries.getExecutor().adapter as AdapterWithDialect).trainyardDialect;
}
