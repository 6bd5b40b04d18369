import type Sqlite from 'better-sqlite3';

/** About as many statements as the service repeats. */
const MAX_CACHED = 256;
/** Longer statements list values, and are hardly repeated. */
const MAX_CACHED_LENGTH = 4_096;

/** Some pragmas take effect only when they are prepared. */
const IS_PRAGMA = /^\s*pragma/i;

/**
 * Prepares each statement once, because SQLite takes longer to parse and plan most statements than
 * to run them. A cached statement must not be iterated, only run to its end.
 */
export function createStatementCache(sqlite: Sqlite.Database): (sql: string) => Sqlite.Statement {
  // In the order of their last use.
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
