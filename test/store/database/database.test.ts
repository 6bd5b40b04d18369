import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { checkDatabase, openDatabase } from '../../../src/store/database/database.ts';
import { endedWithTests } from '../../support/children.ts';

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-database-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'trainyard.sqlite');
}

it('names a file that is not a database, and the remedy', () => {
  const path = newPath();
  writeFileSync(path, 'age,income\n39,1\n'.repeat(1000));
  expect(() => openDatabase(path)).toThrow(`The database ${path} is damaged (file is not a database): move the`);
});

it('names a truncated database', async () => {
  const path = newPath();
  const database = openDatabase(path);
  await database.selectFrom('datasets').selectAll().execute();
  await database.destroy();
  truncateSync(path, 4096);
  expect(() => openDatabase(path)).toThrow(`The database ${path} is damaged`);
});

it('names a database with a changed page in its middle', async () => {
  const path = newPath();
  const whole = openDatabase(path);
  await checkDatabase(whole, path);
  await whole.destroy();
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 4096 * 20, 4096 * 21);
  writeFileSync(path, bytes);
  const database = openDatabase(path);
  await expect(checkDatabase(database, path)).rejects.toThrow(/is damaged \(.*\): move .*`trainyard restore`/s);
  await database.destroy();
});

it('has all committed rows when the process that wrote them is killed', async () => {
  const path = newPath();
  const module = new URL('../../../src/store/database/database.ts', import.meta.url);
  const script = `
    const { openDatabase } = await import('${module}');
    const limits = { runningJobs: null, queuedJobs: null, storedBytes: null, predictRows: null };
    await openDatabase('${path}').insertInto('projects').values({ ...limits, name: 'written', createdAt: 0 }).execute();
    process.kill(process.pid, 'SIGKILL');`;
  const child = endedWithTests(
    spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'inherit' }),
  );
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
  const database = openDatabase(path);
  await checkDatabase(database, path);
  expect(await database.selectFrom('projects').select('name').where('name', '=', 'written').execute()).toHaveLength(1);
  await database.destroy();
});

it('sorts in memory, because other folders may be read-only', async () => {
  const database = openDatabase(newPath());
  const { rows } = await sql`PRAGMA temp_store`.execute(database);
  expect(rows).toEqual([{ tempStore: 2 }]);
  await database.destroy();
});
