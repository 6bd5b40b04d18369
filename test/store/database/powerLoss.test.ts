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

/** Projects one after the other, each in a transaction of its own, and the files as they lie there in the middle of it all. */
beforeAll(async () => {
  await openDatabase(source).destroy();
  const sqlite = new Sqlite(source);
  sqlite.pragma('wal_checkpoint(TRUNCATE)');
  const insert = sqlite.prepare('INSERT INTO projects (name, created_at) VALUES (?, ?)');
  for (let number = 0; number < PROJECTS; number++) insert.run(nameOf(number), number);
  copyFileSync(source, join(folder, 'kept.sqlite'));
  copyFileSync(`${source}-wal`, join(folder, 'kept.sqlite-wal'));
  logBytes = readFileSync(join(folder, 'kept.sqlite-wal')).length;
  sqlite.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

function nameOf(number: number): string {
  return `p${String(number).padStart(3, '0')}`;
}

/** Opens what the power loss has left, as a service does that starts, and answers the projects that are in it. */
async function wake(damage: (log: string) => void): Promise<readonly string[]> {
  const path = join(folder, 'woken.sqlite');
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
  copyFileSync(join(folder, 'kept.sqlite'), path);
  copyFileSync(join(folder, 'kept.sqlite-wal'), `${path}-wal`);
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

  it('leaves each transaction whole or not at all, and none behind one that is lost, wherever the log is cut off', async () => {
    expect(await wake(() => {})).toHaveLength(PROJECTS);
    const cut = fc.asyncProperty(fc.integer({ min: 0, max: logBytes - 1 }), async (bytes) => {
      const names = await wake((log) => truncateSync(log, bytes));
      expect(names).toEqual(beginning(names));
      // About as many as the log was written for.
      expect(names.length).toBeGreaterThanOrEqual(Math.floor((PROJECTS * bytes) / logBytes) - 5);
    });
    await fc.assert(cut, { numRuns: 40 });
  });

  it('does so too where the last sectors of the log are of another time', async () => {
    const torn = fc.asyncProperty(
      fc.integer({ min: 1, max: logBytes - 1 }),
      fc.uint8Array({ minLength: 1, maxLength: 512 }),
      async (at, sector) => {
        const names = await wake((log) => {
          const bytes = readFileSync(log);
          // What comes behind has never reached the disk.
          writeFileSync(log, Buffer.concat([bytes.subarray(0, at), sector]));
        });
        expect(names).toEqual(beginning(names));
      },
    );
    await fc.assert(torn, { numRuns: 40 });
  });
});
