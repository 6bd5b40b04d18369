import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { checkLines, startOf } from '../../src/datasets/ingest/source/lines.ts';
import { DATASET_LIMITS } from '../support/datasetLimits.ts';
import { filesIn, startDatasets, type TestService } from './support/service.ts';
import { upload } from './support/upload.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-lines-'));
const file = join(folder, 'text');
const write = (text: string) => writeFileSync(file, text);

beforeAll(() => () => rmSync(folder, { recursive: true }));

describe('checkLines', () => {
  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('counts lines that end with %s, and accepts those within the limit', async (_, end) => {
    write(['1234567890', '12', '12345678901', ''].join(end));
    await expect(checkLines(file, 10)).rejects.toThrow('Line 3 is longer than the limit of 10 bytes');
    expect(await checkLines(file, 11)).toBe(true);
  });

  it('measures the last line, and reports a text without a line end', async () => {
    write('a\n12345678901');
    await expect(checkLines(file, 10)).rejects.toThrow('Line 2 is longer');
    write('a,b,c');
    expect(await checkLines(file, 10)).toBe(false);
  });
});

describe('startOf', () => {
  it('is the whole text when it is short', async () => {
    write('a,b\n1,2\n');
    expect(await startOf(file)).toEqual({ text: 'a,b\n1,2\n', isWhole: true });
  });

  it('is a part of a long text', async () => {
    write(`a,b\n${'1,2\n'.repeat(200_000)}`);
    const { text, isWhole } = await startOf(file);
    expect([text.length, isWhole]).toEqual([2 ** 18, false]);
  });

  it('has several lines of any length', async () => {
    write(`${'x'.repeat(300_000)}\n`.repeat(9));
    const { text } = await startOf(file);
    expect(text.split('\n').length).toBeGreaterThan(4);
    expect(text.length).toBeLessThan(2_700_000);
  });
});

describe('a cell or a line that is too long', () => {
  const table = { ...DATASET_LIMITS.table, cellBytes: 1000, lineBytes: 5000 };
  const long = 'x'.repeat(1500);
  const endless = 'x'.repeat(6000);

  async function refusal(body: string | Buffer, type: string) {
    const service = await startDatasets({ table });
    onTestFinished(service.close);
    const answer = await upload(service, body, { type });
    expect(filesIn(service.folders)).toEqual([]);
    return answer.json();
  }

  it.each([
    ['CSV', 'text/csv', `a,b\n1,2\n3,${long}\n`],
    ['CSV with lines within quotes', 'text/csv', `a,b\n1,2\n3,"${'x\n'.repeat(750)}"\n`],
    ['TSV', 'text/tab-separated-values', `a\tb\n1\t2\n3\t${long}\n`],
    ['NDJSON', 'application/x-ndjson', `{"a":1,"b":"2"}\n{"a":3,"b":"${long}"}\n`],
    ['JSON', 'application/json', `[{"a":1,"b":"2"},{"a":3,"b":"${long}"}]`],
  ])('of %s is refused with its row, its column, its size and the limit', async (_, type, body) => {
    const { status, code, detail } = await refusal(body, type);
    expect([status, code]).toEqual([413, 'table_too_large']);
    expect(detail).toBe(
      'Row 2 has a cell of 1500 bytes in column "b"; the limit is 1000. Shorten it, or omit the column.',
    );
  });

  it('of Parquet is refused as well', async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const parquet = join(folder, 'long.parquet');
    await connection.run(
      `COPY (SELECT * FROM (VALUES (1, 'x'), (2, repeat('x', 1500))) AS t(a, b)) TO '${parquet}' (FORMAT parquet)`,
    );
    connection.closeSync();
    const { detail } = await refusal(readFileSync(parquet), 'application/vnd.apache.parquet');
    expect(detail).toContain('Row 2 has a cell of 1500 bytes in column "b"; the limit is 1000.');
  });

  it.each([
    ['CSV', 'text/csv', `a,b\n1,2\n3,${endless}\n`, 'Line 3 is longer than the limit of 5000 bytes.'],
    [
      'NDJSON',
      'application/x-ndjson',
      `{"a":1}\n\n{"a":"${endless}"}\n`,
      'Line 3 is longer than the limit of 5000 bytes.',
    ],
    [
      'CSV within quotes',
      'text/csv',
      `a,b\n1,2\n3,"${'x\n'.repeat(6000)}"\n`,
      'The row at line 3 is longer than the limit of 5000 bytes.',
    ],
  ])('as a line of %s is refused with the limit', async (_, type, body, words) => {
    expect(await refusal(body, type)).toMatchObject({
      status: 413,
      code: 'table_too_large',
      detail: expect.stringContaining(words),
    });
  });

  it('as an object of a JSON array is refused with the limit', async () => {
    const service = await startDatasets();
    onTestFinished(service.close);
    const { detail } = (
      await upload(service, `[{"a":"${'x'.repeat(40_000_000)}"}]`, { type: 'application/json' })
    ).json();
    expect(detail).toBe('The object in line 1 is larger than the limit of 16777216 bytes. Shorten its values.');
  });

  it('as a row on several lines is refused when it is read, after the lines that show the dialect', async () => {
    const service = await startDatasets();
    onTestFinished(service.close);
    const body = `a,b\n${'1,2\n'.repeat(100_000)}3,"${`${'x'.repeat(999)}\n`.repeat(20_000)}"\n4,5\n`;
    const { status, detail } = (await upload(service, body)).json();
    expect(status).toBeGreaterThanOrEqual(413);
    expect(detail).toContain('16777216 bytes');
    expect(detail).toContain('100002');
  });

  it('of 66 MB is refused before the file is parsed', async () => {
    write(`a,b\n1,${'x'.repeat(66_000_000)}\n`);
    await expect(checkLines(file, DATASET_LIMITS.table.lineBytes)).rejects.toThrow('Line 2 is longer than the limit');
  });
});

describe('a line with more values than the column limit', () => {
  const values = (count: number, delimiter: string) => `${Array(count).fill('1').join(delimiter)}\n`;

  async function answer(body: string, query = {}) {
    const service = await startDatasets();
    onTestFinished(service.close);
    return (await upload(service, body, { query })).json();
  }

  it.each([',', ';', '\t', '|'])(
    'is refused with their number and the limit before DuckDB reads it (%j)',
    async (delimiter) => {
      const { status, detail } = await answer(`a\n${values(20_000, delimiter)}`);
      expect([status, detail]).toEqual([
        413,
        `The table has 20000 columns; the limit is 6000. Send fewer columns, or set the \`delimiter\` if it is not ${JSON.stringify(delimiter)}.`,
      ]);
    },
  );

  it('does not count separators in quotes, or other separators than the requested one', async () => {
    const list = values(7000, ',').trim();
    expect(await answer(`a,b\n1,"${list}"\n`)).toMatchObject({ state: 'ready', columnCount: 2 });
    expect(await answer(`a;b\n1;${list}\n`, { delimiter: ';' })).toMatchObject({ state: 'ready', columnCount: 2 });
  });
});

describe('a file whose line ends curl has removed', () => {
  async function open(): Promise<TestService> {
    const service = await startDatasets();
    onTestFinished(service.close);
    return service;
  }
  const hint = expect.stringContaining('--data-binary @FILE');

  it.each([
    ['text/csv', 'name,agex,1y,2z,3'],
    ['text/csv', '1,23,45,6'],
    ['text/tab-separated-values', 'a\tb1\t2'],
    ['application/x-ndjson', '{"a":1}{"a":2}'],
  ])('is refused as %s with the remedy: %s', async (type, body) => {
    expect((await upload(await open(), body, { type })).json()).toMatchObject({ status: 422, detail: hint });
  });

  it('is refused as a form with the remedy', async () => {
    const answer = await upload(await open(), 'name,agex,1y,2', { type: 'application/x-www-form-urlencoded' });
    expect(answer.json()).toMatchObject({ status: 415, code: 'unsupported_media_type', detail: hint });
  });

  it('is not confused with a short file', async () => {
    const service = await open();
    const rowsOf = async (body: string, type = 'text/csv', query = {}) =>
      (await upload(service, body, { type, query })).json().rows;
    expect(await rowsOf('a,b\n1,2')).toBe(1);
    expect(await rowsOf('a,b\r1,2')).toBe(1);
    expect(await rowsOf('1,2,x', 'text/csv', { header: 'false' })).toBe(1);
    expect(await rowsOf('{"a":1,"b":2}', 'application/x-ndjson')).toBe(1);
    expect(await rowsOf('[{"a":1},{"a":2}]', 'application/json')).toBe(2);
  });
});
