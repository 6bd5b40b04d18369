import type Sqlite from 'better-sqlite3';

/** So many are kept: the service has about as many that come again and again. */
const MAX_CACHED = 256;
/** Longer ones list values, and hardly come again. */
const MAX_CACHED_LENGTH = 4_096;

/** Some settings take effect when they are prepared, and then never again. */
const IS_PRAGMA = /^\s*pragma/i;

/**
 * Prepares each statement once: to read it and plan it takes SQLite longer than to run most of them. A statement that is kept must not be
 * iterated, only run to its end.
 */
export function createStatementCache(sqlite: Sqlite.Database): (sql: string) => Sqlite.Statement {
  // In the order in which they were last used.
  const cached = new Map<string, Sqlite.Statement>();
  return (sql) => {
    const statement = cached.get(sql) ?? sqlite.prepare(sql);
    if (sql.length > MAX_CACHED_LENGTH || IS_PRAGMA.test(sql)) return statement;
    cached.delete(sql);
    cached.set(sql, statement);
    if (cached.size > MAX_CACHED) {
      const [oldest] = cached.keys();
      cached.delete(oldest);
    }
    return statement;
  };
}
