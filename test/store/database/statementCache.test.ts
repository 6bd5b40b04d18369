import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { type Database, openDatabase } from '../../../src/store/database/database.ts';
import { writeWithRelaxedDurability } from '../../../src/store/database/relaxedDurability.ts';

const FULL = 2;

function open(): Database {
  const database = openDatabase(':memory:');
  onTestFinished(() => database.destroy());
  return database;
}

async function synchronous(database: Database): Promise<number | undefined> {
  const { rows } = await sql<{ synchronous: number }>`PRAGMA synchronous`.execute(database);
  return rows[0]?.synchronous;
}

it('reads again with a cached statement, also when the table has changed', async () => {
  const database = open();
  const read = () => sql`SELECT * FROM things`.execute(database);
  await sql`CREATE TABLE things (a)`.execute(database);
  await sql`INSERT INTO things VALUES (1)`.execute(database);
  expect((await read()).rows).toEqual([{ a: 1 }]);
  await sql`INSERT INTO things VALUES (2)`.execute(database);
  expect((await read()).rows).toEqual([{ a: 1 }, { a: 2 }]);
  await sql`ALTER TABLE things ADD COLUMN b DEFAULT 3`.execute(database);
  expect((await read()).rows).toEqual([
    { a: 1, b: 3 },
    { a: 2, b: 3 },
  ]);
});

it('runs more statements than it caches', async () => {
  const database = open();
  for (let i = 0; i < 600; i++) {
    const { rows } = await sql`SELECT ${sql.lit(i % 300)} AS i`.execute(database);
    expect(rows).toEqual([{ i: i % 300 }]);
  }
});

it('applies a setting every time', async () => {
  const database = open();
  for (const level of [1, 2, 1]) {
    await sql`PRAGMA synchronous = ${sql.lit(level)}`.execute(database);
    expect(await synchronous(database)).toBe(level);
  }
});

it('waits for the disk again after a write with relaxed durability', async () => {
  const database = open();
  const level = await writeWithRelaxedDurability(database, async (queries) => synchronous(queries as Database));
  expect(level).toBe(1);
  expect(await synchronous(database)).toBe(FULL);
  const broken = writeWithRelaxedDurability(database, () => Promise.reject(new Error('broken')));
  await expect(broken).rejects.toThrow('broken');
  expect(await synchronous(database)).toBe(FULL);
});
