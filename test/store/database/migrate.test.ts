import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../src/store/database/sqlite/migrate.ts';

let folder: string;
let sqlite: Sqlite.Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-migrations-'));
  sqlite = new Sqlite(':memory:');
  writeFileSync(join(folder, '0001_first.sql'), 'CREATE TABLE first (id INTEGER) STRICT;');
});

afterEach(() => {
  sqlite.close();
  rmSync(folder, { recursive: true });
});

describe('migrate', () => {
  it('applies each migration once, in the order of their numbers', () => {
    writeFileSync(join(folder, '0002_second.sql'), 'ALTER TABLE first ADD COLUMN name TEXT;');
    expect(migrate(sqlite, folder)).toEqual(['0001_first.sql', '0002_second.sql']);
    expect(migrate(sqlite, folder)).toEqual([]);
  });

  it('applies what came later to a database that exists', () => {
    migrate(sqlite, folder);
    writeFileSync(join(folder, '0002_second.sql'), 'CREATE TABLE second (id INTEGER) STRICT;');
    expect(migrate(sqlite, folder)).toEqual(['0002_second.sql']);
  });

  it('applies all or nothing', () => {
    writeFileSync(join(folder, '0002_broken.sql'), 'CREATE TABLE second (id INTEGER) STRICT; CREATE TABL broken;');
    expect(() => migrate(sqlite, folder)).toThrow(/syntax error/);
    expect(sqlite.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()).toEqual([]);
  });

  it('refuses a migration that changed after it was applied', () => {
    migrate(sqlite, folder);
    const path = join(folder, '0001_first.sql');
    writeFileSync(path, `${readFileSync(path, 'utf8')} -- changed`);
    expect(() => migrate(sqlite, folder)).toThrow('0001_first.sql has changed');
  });

  it('refuses a database of a later version', () => {
    migrate(sqlite, folder);
    sqlite.prepare("INSERT INTO migrations VALUES ('0002_future.sql', 'x', 0)").run();
    expect(() => migrate(sqlite, folder)).toThrow('0002_future.sql');
  });
});
