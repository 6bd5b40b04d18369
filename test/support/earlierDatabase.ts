import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { migrate } from '../../src/store/migrate.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

/** A database as a version left it that knew the migrations before `number`, such as `0004`. */
export function openEarlier(path: string, number: string): Sqlite.Database {
  const sqlite = new Sqlite(path);
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-migrations-'));
  for (const name of readdirSync(MIGRATIONS)) {
    if (name < number) copyFileSync(join(MIGRATIONS, name), join(folder, name));
  }
  migrate(sqlite, folder);
  rmSync(folder, { recursive: true });
  return sqlite;
}
