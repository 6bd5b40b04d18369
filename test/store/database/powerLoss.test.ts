import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDatabase, openDatabase } from '../../../src/store/database/database.ts';

const PROJECTS = 40;
const folder = mkdtempSync(join(tmpdir(), 'trainyard-power-'));
const source = join(folder, 'source.sqlite');
let logBytes = 0;

/**
 * Inserts projects, each in a transaction of its own, and copies the files of the open database.
 */
beforeAll(async () => {
  await openDatabase(source).destroy();
  const sqlite = new Sqlite(source);
  sqlite.pragma('wal_checkpoint(TRUNCATE)');
  const insert = sqlite.prepare('INSERT INTO projects (name, created_at) VALUES (?, ?)');
  for (let number = 0; number < PROJECTS; number++) insert.run(nameOf(number), number);
  copyFileSync(source, join(folder, 'copy.sqlite'));
  copyFileSync(`${source}-wal`, join(folder, 'copy.sqlite-wal'));
  logBytes = readFileSync(join(folder, 'copy.sqlite-wal')).length;
  sqlite.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

function nameOf(number: number): string {
  return `p${String(number).padStart(3, '0')}`;
}

/**
 * Damages a copy of the files, opens it as a service does at its start, and returns its projects.
 */
async function openDamaged(damage: (log: string) => void): Promise<readonly string[]> {
  const path = join(folder, 'damaged.sqlite');
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
  copyFileSync(join(folder, 'copy.sqlite'), path);
  copyFileSync(join(folder, 'copy.sqlite-wal'), `${path}-wal`);
  damage(`${path}-wal`);
  const database = openDatabase(path);
  await checkDatabase(database, path);
  const rows = await database
    .selectFrom('projects')
    .select('name')
    .where('name', 'like', 'p%')
    .orderBy('name')
    .execute();
  await database.destroy();
  return rows.map(({ name }) => name);
}

describe('a power loss in the middle of writing the log', () => {
  const beginning = (names: readonly string[]) => names.map((_, number) => nameOf(number));

  it('leaves each transaction whole or not at all, and none after a lost one, wherever the log is cut off', async () => {
    expect(await openDamaged(() => {})).toHaveLength(PROJECTS);
    const cut = fc.asyncProperty(fc.integer({ min: 0, max: logBytes - 1 }), async (bytes) => {
      const names = await openDamaged((log) => truncateSync(log, bytes));
      expect(names).toEqual(beginning(names));
      // About as many as were written to that part of the log.
      expect(names.length).toBeGreaterThanOrEqual(Math.floor((PROJECTS * bytes) / logBytes) - 5);
    });
    await fc.assert(cut, { numRuns: 40 });
  });

  it('does the same if the last sectors of the log are older', async () => {
    const torn = fc.asyncProperty(
      fc.integer({ min: 1, max: logBytes - 1 }),
      fc.uint8Array({ minLength: 1, maxLength: 512 }),
      async (at, sector) => {
        const names = await openDamaged((log) => {
          const bytes = readFileSync(log);
          // The bytes after the sector never reached the disk.
          writeFileSync(log, Buffer.concat([bytes.subarray(0, at), sector]));
        });
        expect(names).toEqual(beginning(names));
      },
    );
    await fc.assert(torn, { numRuns: 40 });
  });
});
