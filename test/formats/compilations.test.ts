import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSession, type Session } from '../../src/datasets/duckdb/duckdb.ts';
import { cellsOf } from '../../src/datasets/ingest/scan/cells.ts';
import { trimmed } from '../../src/formats/blanks.ts';
import { cellsOf as readersOf } from '../../src/formats/cells.ts';
import { columnTypes, STORED_TYPES, valueFormatsOf } from '../../src/formats/columnTypes.ts';
import { literal } from '../../src/formats/types/sql.ts';
import { cellText } from './support/cellText.ts';

/** Generated tables; `TRAINYARD_PROPERTY_RUNS` sets another number. */
const RUNS = 500;
/** The same tables in every run; `TRAINYARD_PROPERTY_SEED` sets others. */
const SEED = 4;
const seed = Number(process.env.TRAINYARD_PROPERTY_SEED ?? SEED);
/** Cells of a table. */
const CELLS = 16;

let session: Session;
beforeAll(async () => {
  session = await openSession({ memoryBytes: 2 ** 29, threads: 1, spillFolder: null });
});
afterAll(() => session.close());

const FORMATS = valueFormatsOf(',');

const MARKS: readonly (readonly string[] | undefined)[] = [undefined, [], ['-999', ' none ', '?', '-', '0']];

it('reads every cell alike in DuckDB and in JavaScript, in every format', async () => {
  const doubles = FORMATS.map(({ value, type }) => STORED_TYPES[columnTypes[type].storedAs].double(value('cell')));
  const words = MARKS.map((marks) => cellsOf(marks ?? null).value('raw'));
  const found = new Set<string>();
  const property = async (cells: readonly string[]) => {
    const values = cells.map((cell, index) => `(${index}, ${literal(cell)})`).join(', ');
    const rows = await session.query(
      `SELECT ${[...words, ...doubles].join(', ')} FROM (SELECT i, raw, ${trimmed('raw')} AS cell FROM (VALUES ${values}) AS t(i, raw)) ORDER BY i`,
    );
    for (const [index, cell] of cells.entries()) {
      const numbers = FORMATS.map(({ name, read }) => [name, read(cell.trim()) ?? null] as const);
      for (const [name, number] of numbers) if (number !== null) found.add(name);
      const row = rows[index] ?? [];
      expect({ words: row.slice(0, words.length), numbers: row.slice(words.length) }).toEqual({
        words: MARKS.map((marks) => wordOf(cell, marks)),
        numbers: numbers.map(([, number]) => number),
      });
    }
  };
  const numRuns = Number(process.env.TRAINYARD_PROPERTY_RUNS ?? RUNS);
  const cells = fc.array(cellText, { minLength: CELLS, maxLength: CELLS });
  // Shrinking a table would take minutes.
  await fc.assert(fc.asyncProperty(cells, property), { numRuns, seed, endOnFailure: true });
  expect(FORMATS.map(({ name }) => name).filter((name) => !found.has(name))).toEqual([]);
}, 7_200_000);

function wordOf(cell: string, marks: readonly string[] | undefined): string | null {
  const reader = readersOf(marks === undefined ? {} : { nullValues: [...marks] }, 'categorical');
  return 'word' in reader ? reader.word(cell) : null;
}
