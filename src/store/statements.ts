import type Sqlite from 'better-sqlite3';

/** So many are kept: the service has about as many that come again and again. */
const MOST_KEPT = 256;
/** Longer ones list values, and hardly come again. */
const LONGEST_KEPT = 4_096;

/** Some settings take effect when they are prepared, and then never again. */
const IS_PRAGMA = /^\s*pragma/i;

/**
 * Prepares each statement once: to read it and plan it takes SQLite longer than to run most of them. A statement that is kept must not be
 * iterated, only run to its end.
 */
export function keepStatements(sqlite: Sqlite.Database): (sql: string) => Sqlite.Statement {
  // In the order in which they were last used.
  const kept = new Map<string, Sqlite.Statement>();
  return (sql) => {
    const statement = kept.get(sql) ?? sqlite.prepare(sql);
    if (sql.length > LONGEST_KEPT || IS_PRAGMA.test(sql)) return statement;
    kept.delete(sql);
    kept.set(sql, statement);
    if (kept.size > MOST_KEPT) {
      const [oldest] = kept.keys();
      kept.delete(oldest);
    }
    return statement;
  };
}
