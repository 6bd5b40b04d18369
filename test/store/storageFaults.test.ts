import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Database, openDatabase } from '../../src/store/database/database.ts';
import { findStorageFaults, MIN_FREE_BYTES, type StorageDeps, watchCorruption } from '../../src/store/storageFaults.ts';
import { fillDisk, mountSmallDisk } from '../support/smallDisk.ts';

const disk = mountSmallDisk(2 ** 20);
afterAll(() => disk?.remove());

let folder: string;
let path: string;
let database: Database;
let damage: ReturnType<typeof watchCorruption>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-storage-'));
  path = join(folder, 'trainyard.sqlite');
  damage = watchCorruption();
  database = openDatabase(path, { busyTimeoutMs: 20, onQuery: damage.onQuery });
});
afterEach(async () => {
  await database.destroy();
  rmSync(folder, { recursive: true });
});

const find = (changes: Partial<StorageDeps> = {}) =>
  findStorageFaults({ database, temporary: folder, isDamaged: damage.isDamaged, ...changes });

it('finds no fault in a working service, and leaves nothing in the folder', async () => {
  const before = readdirSync(folder);
  const changes = await sql<{ n: number }>`SELECT total_changes() AS n`.execute(database);
  expect(await find()).toEqual([]);
  expect(readdirSync(folder)).toEqual(before);
  expect(await sql`SELECT total_changes() AS n`.execute(database)).toMatchObject({ rows: changes.rows });
});

describe('a file system', () => {
  it('is full below 16 MiB, and no longer at 16 MiB', async () => {
    const faults = await find({ readFreeBytes: async () => MIN_FREE_BYTES - 1 });
    expect(faults).toEqual([
      'The file system of the data folder is full: 16.0 MiB are free, at least 16.0 MiB are needed.',
    ]);
    expect(await find({ readFreeBytes: async () => MIN_FREE_BYTES })).toEqual([]);
  });

  it('that does not report its free bytes is tested by a write', async () => {
    expect(await find({ readFreeBytes: async () => undefined })).toEqual([]);
  });

  it.skipIf(!disk)(
    'is full when a file cannot be written, for any reported free bytes (where one may be mounted)',
    async () => {
      if (!disk) return;
      const filled = fillDisk(join(disk.folder, 'ballast'));
      expect(filled).toBeGreaterThan(0);
      const temporary = disk.folder;
      const readFreeBytes = async () => undefined;
      expect(await find({ temporary, readFreeBytes })).toEqual([
        expect.stringContaining('a file could not be written'),
      ]);
      expect(await find({ temporary })).toEqual([expect.stringContaining('0.0 MiB are free')]);
      rmSync(join(disk.folder, 'ballast'));
      expect(await find({ temporary, readFreeBytes })).toEqual([]);
      expect(readdirSync(disk.folder)).toEqual([]);
    },
  );

  it('without the folder is named by its code, not by a path', async () => {
    expect(await find({ temporary: join(folder, 'gone') })).toEqual(['The data folder cannot be written (ENOENT).']);
  });

  it('that does not respond is reported after the timeout', async () => {
    const readFreeBytes = () => new Promise<never>(() => {});
    expect(await find({ readFreeBytes, timeoutMs: 5 })).toEqual([
      'The file system of the data folder does not respond.',
    ]);
  });
});

describe('a database', () => {
  it('that another program has locked is a fault until it is unlocked', async () => {
    const other = new Sqlite(path);
    onTestFinished(() => void other.close());
    other.exec('BEGIN IMMEDIATE');
    expect(await find()).toEqual(['Another program has locked the database.']);
    other.exec('COMMIT');
    expect(await find()).toEqual([]);
  });

  it('that a statement has found damaged remains a fault', async () => {
    await sql`CREATE TABLE stuff (content TEXT)`.execute(database);
    await sql`INSERT INTO stuff SELECT hex(randomblob(2000)) FROM projects, (VALUES (1), (2), (3), (4))`.execute(
      database,
    );
    await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(database);
    await database.destroy();
    overwriteEnd(path, 16 * 1024);
    database = openDatabase(path, { onQuery: damage.onQuery });
    expect(await find()).toEqual([]);
    await expect(sql`SELECT content FROM stuff`.execute(database)).rejects.toThrow('malformed');
    expect(await find()).toEqual(['The database is damaged: restore a backup with `trainyard restore`.']);
  });
});

/** Writes noise over the last bytes of a file. */
function overwriteEnd(file: string, bytes: number): void {
  const { size } = statSync(file);
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(bytes, 0xa5), 0, bytes, size - bytes);
  closeSync(descriptor);
}
