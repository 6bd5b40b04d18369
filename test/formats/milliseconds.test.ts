import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSession, type Session } from '../../src/datasets/duckdb/duckdb.ts';
import { storedDatetime } from '../../src/formats/types/datetime.ts';
import { literal } from '../../src/formats/types/sql.ts';

let session: Session;
beforeAll(async () => {
  session = await openSession({ memoryBytes: 2 ** 29, threads: 1, spillFolder: null });
});
afterAll(() => session.close());

/** What DuckDB computes from stored times, which are written without a zone. */
async function millisecondsOf(times: readonly string[]): Promise<readonly unknown[]> {
  const rows = times.map((time, index) => `(${index}, ${literal(time)}::TIMESTAMP)`).join(', ');
  const values = await session.query(
    `SELECT ${storedDatetime.double('cell')} FROM (VALUES ${rows}) AS t(i, cell) ORDER BY i`,
  );
  return values.map(([value]) => value);
}

it('are exact in every year', async () => {
  const time = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });
  const isExact = async (dates: readonly Date[]) => {
    expect(await millisecondsOf(dates.map((date) => date.toISOString().slice(0, -1)))).toEqual(dates.map(Number));
  };
  await fc.assert(fc.asyncProperty(fc.array(time, { minLength: 1000, maxLength: 1000 }), isExact), { numRuns: 10 });
});

it.each([
  ['8000-01-01T00:00:00.522', Date.UTC(8000, 0, 1, 0, 0, 0, 522)],
  ['8000-01-01T00:00:00.522999', Date.UTC(8000, 0, 1, 0, 0, 0, 522)],
  ['1969-12-31T23:59:59.999999', -1],
  ['1969-12-31T23:59:59.999', -1],
  ['1969-12-31T23:59:59.998999', -2],
  ['1970-01-01T00:00:00.000999', 0],
])('of %s are %i, rounded down', async (time, milliseconds) => {
  expect(await millisecondsOf([time])).toEqual([milliseconds]);
});
