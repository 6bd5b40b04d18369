import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSession, type Session } from '../../src/datasets/duckdb/duckdb.ts';
import { columnTypes, STORED_TYPES } from '../../src/formats/columnTypes.ts';
import { literals } from '../../src/formats/types/sql.ts';
import { NAMED_ZONE } from '../../src/formats/types/zones.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const [iso] = columnTypes.datetime.formats();

let session: Session;
beforeAll(async () => {
  session = await openSession({ memoryBytes: 2 ** 29, threads: 1, spillFolder: null });
});
afterAll(() => session.close());

/** The cells as an upload and as a prediction read them. */
async function readings(cells: readonly string[]) {
  const value = STORED_TYPES.datetime.double(iso.value('cell'));
  const rows = await session.query(
    `SELECT ${value} FROM (SELECT unnest([${literals(cells)}]) AS cell, generate_subscripts([${literals(cells)}], 1) AS i) ORDER BY i`,
  );
  return { upload: rows.map(([number]) => number), prediction: cells.map((cell) => iso.read(cell) ?? null) };
}

async function readOne(cell: string): Promise<string | null> {
  const { upload, prediction } = await readings([cell]);
  expect(upload).toEqual(prediction);
  return prediction[0] === null ? null : new Date(Number(prediction[0])).toISOString();
}

const localText = (time: number) => new Date(time).toISOString().slice(0, 19);

/** Where the offset of a zone changes, found by `Intl` alone: some of the changes of a century. */
function changesOf(zone: string): readonly number[] {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const offset = (time: number) => format.format(time).split(', ')[1];
  const changes: number[] = [];
  const step = 89 * DAY_MS;
  for (let time = Date.UTC(1930, 0); time < Date.UTC(2026, 0); time += step) {
    if (offset(time) === offset(time + step)) continue;
    let [before, after] = [time, time + step];
    while (after - before > HOUR_MS / 4) {
      const middle = (before + after) / 2;
      if (offset(middle) === offset(time)) before = middle;
      else after = middle;
    }
    changes.push(after);
    time += 17 * step;
  }
  return changes;
}

describe('names of time zones', () => {
  it('are those that DuckDB and Intl know, except short names of several zones', async () => {
    const known = await knownNames();
    const refused = [...known, ...Intl.supportedValuesOf('timeZone')].filter((name) => !isRead(name));
    const short = 'ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST SST VST';
    expect(refused.filter((name) => !/^(SystemV|GMT|UTC)/.test(name) && !short.split(' ').includes(name))).toEqual([
      'Factory',
    ]);
    expect(known.filter((name) => isRead(name) && !isKnownToIntl(name))).toEqual([]);
    expect(Intl.supportedValuesOf('timeZone').filter((name) => !known.includes(name))).toEqual([]);
  });

  it('give the same time in uploads and predictions, around changes of the offset too', async () => {
    const names = (await knownNames()).filter(isRead);
    const years = [1, 1582, 1850, 1890, 1915, 1945, 1975, 2005, 2027, 2038, 2100, 9999];
    for (let at = 0; at < names.length; at += 40) {
      const cells = names.slice(at, at + 40).flatMap((zone) => {
        const days = years.map((year, index) => new Date(0).setUTCFullYear(year, (index * 5) % 12, 14));
        const near = changesOf(zone).flatMap((change) =>
          [-14, -9, -5, -1, 0, 1, 2, 4, 10, 12].map((hours) => change + hours * HOUR_MS - 60_000 * 7),
        );
        return [...days, ...near].map((time) => `${localText(time)} ${zone}`);
      });
      const { upload, prediction } = await readings(cells);
      const different = cells.filter((_, index) => upload[index] !== prediction[index]);
      expect(different).toEqual([]);
      expect(prediction.filter((value) => value !== null).length).toBeGreaterThan(0.9 * cells.length);
    }
  }, 120_000);

  it.each([
    ['2021-03-04 05:06 Europe/Berlin', '2021-03-04T04:06:00.000Z'],
    ['2021-07-04T05:06:07.5[Europe/Berlin]', '2021-07-04T03:06:07.500Z'],
    ['2021-07-04T05:06:07+02:00[Europe/Berlin]', '2021-07-04T03:06:07.000Z'],
    ['2021-07-04T05:06:07Z[Europe/Berlin]', '2021-07-04T05:06:07.000Z'],
    ['2021-03-28 02:30 Europe/Berlin', '2021-03-28T01:30:00.000Z'],
    ['2021-10-31 02:30 Europe/Berlin', '2021-10-31T01:30:00.000Z'],
    ['2021-11-07 01:30 America/New_York', '2021-11-07T06:30:00.000Z'],
    ['2021-03-04 05:06 CET', '2021-03-04T04:06:00.000Z'],
    ['2021-10-31 02:30 CEST', '2021-10-31T00:30:00.000Z'],
    ['2021-07-04 05:06 EST', '2021-07-04T10:06:00.000Z'],
    ['2021-07-04 05:06 EDT', '2021-07-04T09:06:00.000Z'],
    ['2021-07-04 05:06 Asia/Kolkata', '2021-07-03T23:36:00.000Z'],
    ['2021-07-04 05:06 Etc/GMT+5', '2021-07-04T10:06:00.000Z'],
    ['2021-07-04 05:06 CST', null],
    ['2021-07-04 05:06 IST', null],
    ['2021-07-04 05:06 europe/berlin', null],
    ['2021-07-04 05:06 Europe/Bonn', null],
    ['2021-07-04 Europe/Berlin', null],
    ['2021-07-04 05:06 constructor', null],
    ['2026-10-31 05:06 America/Vancouver', '2026-10-31T12:06:00.000Z'],
    ['2026-12-04 05:06 America/Vancouver', null],
  ])('%s is %s', async (cell, time) => {
    expect(await readOne(cell)).toBe(time);
  });
});

async function knownNames(): Promise<readonly string[]> {
  return (await session.query('SELECT name FROM pg_timezone_names()')).map(([name]) => String(name));
}

function isRead(name: string): boolean {
  return new RegExp(`^${NAMED_ZONE}$`).test(` ${name}`);
}

function isKnownToIntl(timeZone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en-US', { timeZone }));
  } catch {
    return false;
  }
}
