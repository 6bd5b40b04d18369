import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-database-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'trainyard.sqlite');
}

it('names a file that is no database, and what to do', () => {
  const path = newPath();
  writeFileSync(path, 'age,income\n39,1\n'.repeat(1000));
  expect(() => openDatabase(path)).toThrow(`The database ${path} is damaged (file is not a database): put a copy`);
});

it('names a database that was cut off', async () => {
  const path = newPath();
  const database = openDatabase(path);
  await database.selectFrom('datasets').selectAll().execute();
  await database.destroy();
  truncateSync(path, 4096);
  expect(() => openDatabase(path)).toThrow(`The database ${path} is damaged`);
});
