import { expect, it } from 'vitest';
import { readCsv } from '../../../src/models/rows/csv.ts';

const DELIMITERS = 4;

it('yields to other requests between the delimiters that it tries on a wide header', async () => {
  let turns = 0;
  let counting = setImmediate(function count() {
    turns += 1;
    counting = setImmediate(count);
  });
  const header = Array.from({ length: 20_000 }, (_, column) => `k${column}`).join();
  const rows = readCsv(textOf(`${header}\n1\n`), {
    known: new Set(['age']),
    chunkRows: 10,
    delimiter: null,
    header: null,
    warn: () => undefined,
  });
  await expect(rows.next()).rejects.toMatchObject({ code: 'invalid_rows' });
  clearImmediate(counting);
  expect(turns).toBeGreaterThanOrEqual(DELIMITERS);
});

async function* textOf(text: string): AsyncGenerator<string> {
  yield text;
}
