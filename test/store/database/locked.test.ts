import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../src/store/database/database.ts';
import { isLocked } from '../../../src/store/database/errors.ts';

let folder: string;
let database: Database;
let other: Sqlite.Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-locked-'));
});
afterEach(async () => {
  other.close();
  await database.destroy();
  rmSync(folder, { recursive: true });
});

/** The database, and another program's connection to it. */
function open(busyTimeoutMs?: number): void {
  const path = join(folder, 'trainyard.sqlite');
  database = openDatabase(path, { busyTimeoutMs });
  other = new Sqlite(path, { timeout: 0 });
}

function write(name: string): Promise<unknown> {
  return database
    .insertInto('projects')
    .values({ ...UNLIMITED, name })
    .execute();
}
const UNLIMITED = { runningJobs: null, queuedJobs: null, storedBytes: null, predictRows: null, createdAt: 0 };

async function names(): Promise<readonly string[]> {
  const rows = await database.selectFrom('projects').select('name').orderBy('name').execute();
  return rows.map(({ name }) => name);
}

it('waits for another program that writes, and does other work meanwhile', async () => {
  open();
  other.exec('BEGIN IMMEDIATE');
  const written = write('waited');
  for (let turn = 0; turn < 100; turn++) await yieldToEventLoop();
  other.exec('COMMIT');
  await written;
  expect(await names()).toEqual(['default', 'waited']);
});

it('rejects writes when the wait exceeds the timeout, allows reads, and writes again after the lock', async () => {
  open(20);
  other.exec('BEGIN IMMEDIATE');
  const failures = await Promise.allSettled([write('a'), write('b'), database.transaction().execute(() => write('c'))]);
  expect(failures.map((failure) => failure.status === 'rejected' && isLocked(failure.reason))).toEqual([
    true,
    true,
    true,
  ]);
  expect(await names()).toEqual(['default']);
  other.exec('COMMIT');
  await write('after');
  expect(await names()).toEqual(['after', 'default']);
});

it('waits no longer than the timeout if that is shorter than the pause between two attempts', async () => {
  // Shorter than the pause between two attempts.
  open(2);
  other.exec('BEGIN IMMEDIATE');
  await expect(write('a')).rejects.toSatisfy(isLocked);
});

it('prevents writes of others between the reads and the writes of a transaction', async () => {
  open();
  await database.transaction().execute(async (transaction) => {
    await transaction.selectFrom('projects').selectAll().execute();
    expect(() => other.exec("UPDATE projects SET created_at = 1 WHERE name = 'default'")).toThrow('locked');
    await transaction.updateTable('projects').set({ createdAt: 2 }).execute();
  });
  expect(other.prepare('SELECT created_at FROM projects').pluck().get()).toBe(2);
});
