import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type Sqlite from 'better-sqlite3';

const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../../migrations', import.meta.url));

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

interface AppliedMigration {
  readonly name: string;
  readonly sha256: string;
}

/**
 * Applies the migrations of `folder` that the database has not seen, in the order of their numbers,
 * all in one transaction. Returns the names of those applied. Throws when one that was applied has
 * changed or is gone: migrations go forward only.
 */
export function migrate(sqlite: Sqlite.Database, folder = MIGRATIONS_FOLDER): readonly string[] {
  const migrations = readMigrations(folder);
  const applyAll = sqlite.transaction(() => {
    sqlite.exec(
      'CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT',
    );
    const applied = sqlite.prepare<[], AppliedMigration>('SELECT name, sha256 FROM migrations ORDER BY name').all();
    assertUnchanged(applied, migrations);
    const fresh = migrations.slice(applied.length);
    for (const migration of fresh) apply(sqlite, migration);
    return fresh.map(({ name }) => name);
  });
  return withoutForeignKeys(sqlite, () => applyAll.immediate());
}

/** The migrations that this version knows, in their order. */
export function migrationNames(folder = MIGRATIONS_FOLDER): readonly string[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
    .sort();
}

/**
 * SQLite adds no column that refers to another table, and rebuilds no table that others refer to,
 * while it enforces foreign keys.
 */
function withoutForeignKeys<Result>(sqlite: Sqlite.Database, change: () => Result): Result {
  const enforced = sqlite.pragma('foreign_keys', { simple: true });
  sqlite.pragma('foreign_keys = OFF');
  try {
    return change();
  } finally {
    sqlite.pragma(`foreign_keys = ${enforced}`);
  }
}

function readMigrations(folder: string): readonly Migration[] {
  return migrationNames(folder).map((name) => {
    const sql = readFileSync(`${folder}/${name}`, 'utf8');
    return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
  });
}

function assertUnchanged(applied: readonly AppliedMigration[], migrations: readonly Migration[]): void {
  for (const [index, { name, sha256 }] of applied.entries()) {
    const migration = migrations[index];
    if (migration?.name !== name) {
      throw new Error(
        `The database has migration ${name}, which this version does not know: start a version that does.`,
      );
    }
    if (migration.sha256 !== sha256) throw new Error(`Migration ${name} has changed since it was applied.`);
  }
}

function apply(sqlite: Sqlite.Database, { name, sql, sha256 }: Migration): void {
  sqlite.exec(sql);
  sqlite.prepare('INSERT INTO migrations (name, sha256, applied_at) VALUES (?, ?, ?)').run(name, sha256, Date.now());
}
