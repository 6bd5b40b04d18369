import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binaryOutcome } from '../support/outcomes.ts';
import { openTestService, type TestService } from '../support/testService.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-whole-'));
let service: TestService;
let model: string;
let headless: string;
beforeAll(async () => {
  service = await openTestService();
  model = await service.save(binaryOutcome(), ['age', 'work', 'note']);
  const generated = binaryOutcome({ number: 'column1', category: 'column2' });
  headless = await service.save(generated, ['column1', 'column2', 'column3']);
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

/** The rows of every body here. */
const ROWS = [
  { age: 37, work: 'Private' },
  { age: 20, work: null },
  { age: 61, work: 'State' },
];

async function post(payload: string | Buffer | object, type: string, query: Record<string, string> = {}, id = model) {
  const headers = { 'content-type': type };
  return service.app.inject({ method: 'POST', url: `/v1/models/${id}/predict`, query, headers, payload });
}

/** The probabilities for `ROWS`. */
async function expected(): Promise<readonly number[]> {
  const { predictions } = (await post({ rows: ROWS }, 'application/json')).json();
  return predictions.map(({ probabilities }: { probabilities: Record<string, number> }) =>
    Object.values(probabilities).at(-1),
  );
}

async function predicted(payload: string | Buffer, type = 'text/csv', query = {}, id = model) {
  const response = await post(payload, type, query, id);
  if (response.statusCode !== 200) throw new Error(response.body);
  const lines = response.body.trim().split('\n').slice(1);
  const warnings = JSON.parse(String(response.headers['trainyard-warnings'] ?? '[]'));
  return { probabilities: lines.map((line) => Number(line.split(/[,\t]/).at(-1))), warnings };
}

describe('the dialect of a body', () => {
  it.each([
    ['semicolons', 'age;work\n37;Private\n20;\n61;State\n'],
    ['bars', 'work|age\nPrivate|37\n|20\nState|61\n'],
    ['single quotes', "age,work,note\n37,'Private','a, b'\n20,'','c, d'\n61,'State','e, f'\n"],
    ['a line sep=', 'sep=;\nage;work\n37;Private\n20;\n61;State\n'],
    ['comments above the header', '# made by hand\n# x, y\nage,work\n37,Private\n20,\n61,State\n'],
    ['comments between the rows', 'age,work,note\n# x\n37,Private,a\n#y\n20,,b\n## m, n, o\n61,State,c\n # z\n'],
    ['comments in quotes', 'age,work,note\n37,Private,"# a"\n20,,"b\n# c"\n61,State,c\n'],
    ['a title', 'People\n\nage,work,note\n37,Private,x\n20,,y\n61,State,z\n'],
    ['short lines', 'age,work,note\n37,Private,x\n20\n61,State\n'],
    ['mixed line ends', 'age,work\r\n37,Private\n20,\r\n61,State\r\n'],
    ['CR', 'age,work\r37,Private\r20,\r61,State\r'],
    ['blank lines', '\nage,work\n\n37,Private\n20,\n\n61,State\n\n'],
    ['UTF-16', Buffer.from('\ufeffage,work\n37,Private\n20,\n61,State\n', 'utf16le')],
    ['UTF-16 without a mark', Buffer.from('age,work\n37,Private\n20,\n61,State\n', 'utf16le')],
    ['gzip', gzipSync('age,work\n37,Private\n20,\n61,State\n')],
    ['the target', 'age,work,income\n37,Private,a\n20,,b\n61,State,a\n'],
  ])('may have %s', async (_, body) => {
    expect((await predicted(body)).probabilities).toEqual(await expected());
  });

  it('may have a header without a name for the row names of R', async () => {
    const generated = binaryOutcome({ number: 'age', category: 'work' });
    const named = await service.save(generated, ['column1', 'age', 'work']);
    const body = '"age" "work"\n"1" 37 "Private"\n"2" 20 ""\n"3" 61 "State"\n';
    const { probabilities, warnings } = await predicted(body, 'text/csv', {}, named);
    expect(probabilities).toEqual(await expected());
    expect(warnings).toContainEqual({ code: 'short_header', count: 1 });
  });

  it('is found in a body of other media types', async () => {
    const body = 'age;work\n37;Private\n20;\n61;State\n';
    expect((await predicted(body, 'text/plain')).probabilities).toEqual(await expected());
    expect((await predicted(body, 'application/octet-stream')).probabilities).toEqual(await expected());
  });

  it('is that of the request if it has one', async () => {
    const { probabilities } = await predicted('age~work\n37~Private\n20~\n61~State\n', 'text/csv', { delimiter: '~' });
    expect(probabilities).toEqual(await expected());
    expect((await post('age\n1\n', 'text/csv', { delimiter: 'xx' })).json()).toMatchObject({ status: 400 });
  });

  it('has no header for the columns of a dataset without one', async () => {
    const body = '37,Private\n20,\n61,State\n';
    expect((await predicted(body, 'text/csv', {}, headless)).probabilities).toEqual(await expected());
    expect((await predicted(body, 'text/csv', { header: 'false' }, headless)).probabilities).toEqual(await expected());
    const one = await predicted('37,Private\n', 'text/csv', {}, headless);
    expect(one.probabilities).toEqual((await expected()).slice(0, 1));
    const refused = (await post(body, 'text/csv')).json();
    expect(refused).toMatchObject({ status: 422, detail: expect.stringContaining('no header') });
  });
});

describe('columns without a name', () => {
  let unnamed: string;
  beforeAll(async () => {
    const outcome = binaryOutcome({ number: 'column2', category: 'column4' });
    unnamed = await service.save(outcome, ['y', 'column2', 'x', 'column4']);
  });

  it.each([
    ['with all columns', 'y,,x,\na,37,1,Private\nb,20,1,\na,61,1,State\n'],
    ['without the target', ',x,\n37,1,Private\n20,1,\n61,1,State\n'],
    ['with a delimiter at the end of each line', ',x,,\n37,1,Private,\n20,1,,\n61,1,State,\n'],
    ['by their generated names', 'column4,column2\nPrivate,37\n,20\nState,61\n'],
  ])('are found %s', async (_, body) => {
    expect((await predicted(body, 'text/csv', {}, unnamed)).probabilities).toEqual(await expected());
  });

  it('are found beside a column with the name of its position', async () => {
    const outcome = binaryOutcome({ number: 'column2', category: 'column4' });
    const mixed = await service.save(outcome, ['y', 'column2', 'x', 'column4']);
    const body = 'column2,x,\n37,1,Private\n20,1,\n61,1,State\n';
    expect((await predicted(body, 'text/csv', {}, mixed)).probabilities).toEqual(await expected());
  });

  it('are found by the empty key of JSON when there is one', async () => {
    const outcome = binaryOutcome({ number: 'column2_2', category: 'work' });
    const one = await service.save(outcome, ['column2', 'column2_2', 'work']);
    const rows = ROWS.map(({ age, work }) => ({ '': age, work }));
    const { predictions } = (await post({ rows: ROWS }, 'application/json')).json();
    expect((await post({ rows }, 'application/json', {}, one)).json().predictions).toEqual(predictions);
    const lines = rows.map((row) => JSON.stringify(row)).join('\n');
    const read = (await post(lines, 'application/x-ndjson', {}, one)).body.trim().split('\n');
    expect(read.map((line) => JSON.parse(line))).toEqual(predictions);
    expect((await post({ rows }, 'application/json')).json()).toMatchObject({ status: 422 });
  });
});

describe('an array of rows', () => {
  it('is read as it was uploaded', async () => {
    const { predictions } = (await post(JSON.stringify(ROWS), 'application/json')).json();
    expect(predictions).toEqual((await post({ rows: ROWS }, 'application/json')).json().predictions);
    expect((await post(JSON.stringify(ROWS), 'application/octet-stream')).json().predictions).toEqual(predictions);
  });

  it.each([
    ['a byte order mark', Buffer.from(`\ufeff${JSON.stringify(ROWS)}`), 'application/json'],
    ['UTF-16', Buffer.from(JSON.stringify(ROWS), 'utf16le'), 'application/json'],
    [
      'UTF-16 with its name',
      Buffer.from(JSON.stringify(ROWS), 'utf16le').swap16(),
      'application/json;charset=utf-16be',
    ],
    ['UTF-16 without a media type', Buffer.from(JSON.stringify(ROWS), 'utf16le'), 'application/octet-stream'],
  ])('may have %s', async (_, body, type) => {
    const { predictions } = (await post({ rows: ROWS }, 'application/json')).json();
    expect((await post(body, type)).json()).toMatchObject({ predictions });
  });

  it('has the charset of the request, or warns of bytes that are not UTF-8', async () => {
    const named = await service.save(binaryOutcome({ number: 'age', category: 'café' }), ['age', 'café']);
    const body = Buffer.from('{"rows":[{"café":"Private"}]}', 'latin1');
    const read = (await post(body, 'application/json; charset=iso-8859-1', {}, named)).json();
    expect(read.warnings).toMatchObject([{ code: 'missing_values', column: 'age' }]);
    expect((await post(body, 'application/json', {}, named)).json().predictions).toEqual(read.predictions);
    const bad = Buffer.concat([Buffer.from('[{"age":1,"note":"日本'), Buffer.from([0xe9]), Buffer.from('"}]')]);
    expect((await post(bad, 'application/json')).json().warnings).toContainEqual(
      expect.objectContaining({ code: 'bad_bytes', count: 1 }),
    );
    expect((await post('[]', 'application/json; charset=klingon')).json()).toMatchObject({ status: 415 });
  });

  it('has the last value of duplicate keys', async () => {
    const [first] = await expected();
    const line = '{"age":1,"work":"State","age":37,"work":"Private"}';
    const ndjson = JSON.parse((await post(`${line}\n`, 'application/x-ndjson')).body);
    const [json] = (await post(`[${line}]`, 'application/json')).json().predictions;
    for (const { probabilities } of [ndjson, json]) expect(Object.values(probabilities).at(-1)).toBe(first);
  });
});

describe('warnings about a text', () => {
  it('count short lines, comments, skipped lines and bad bytes', async () => {
    const short = await predicted('Title\nage,work\n37,Private\n20\n61,State\n');
    expect(short.warnings).toEqual(
      expect.arrayContaining([
        { code: 'short_lines', count: 1 },
        { code: 'skipped_lines', count: 1 },
      ]),
    );
    const commented = await predicted('age,work\n# x\n37,Private\n# y, z\n20\n61,State\n');
    expect(commented.warnings).toEqual(
      expect.arrayContaining([
        { code: 'comment_lines', count: 2 },
        { code: 'short_lines', count: 1 },
      ]),
    );
    const bytes = Buffer.concat([Buffer.from('age,work,note\n37,Private,日本\n20,,'), Buffer.from([0xe9, 0x0a])]);
    expect((await predicted(bytes)).warnings).toContainEqual({ code: 'bad_bytes', count: 1 });
  });
});

describe('a charset', () => {
  it('is that of the request, or 415', async () => {
    const body = Buffer.from('age,work\n37,Private\n20,\n61,State\n', 'utf16le');
    expect((await predicted(body, 'text/csv; charset=utf-16le')).probabilities).toEqual(await expected());
    const refused = (await post('age\n1\n', 'text/csv; charset=klingon')).json();
    expect(refused).toMatchObject({ status: 415, code: 'unsupported_encoding' });
  });
});

describe('a body that is no table', () => {
  it.each([
    ['HTML', '<!doctype html>\n<html></html>'],
    ['XML', '<?xml version="1.0"?>\n<a></a>'],
    ['SQL', 'INSERT INTO t VALUES (1);\n'],
    ['YAML', '---\na: 1\n'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n'],
    ['a zip archive', 'PK\u0003\u0004'],
  ])('is refused as %s', async (what, body) => {
    expect((await post(body, 'text/csv')).json()).toMatchObject({
      ...{ status: 422, code: 'invalid_rows' },
      detail: expect.stringContaining(`The file is ${what}`),
    });
  });

  it.each([
    ['more values', '# x\n\nage,work\n1,x\n2,y,z\n', 'line 5'],
    ['text after a quote', 'age,work\n1,x\n2,"y"z\n', 'Line 3'],
    ['an open quote', 'age,work\n1,x\n2,"y\n', 'Line 3'],
  ])('is refused with the number of the line: %s', async (_, body, words) => {
    expect((await post(body, 'text/csv')).body).toContain(words);
  });
});

describe('Parquet', () => {
  const type = 'application/vnd.apache.parquet';

  async function parquet(select: string): Promise<Buffer> {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const file = join(folder, 'rows.parquet');
    await connection.run(`COPY (${select}) TO '${file}' (FORMAT parquet)`);
    connection.closeSync();
    return readFileSync(file);
  }
  const rowsWith = (age: string) =>
    `SELECT age::${age} AS age, work FROM (VALUES (37, 'Private'), (20, NULL), (61, 'State')) AS t(age, work)`;

  it.each(['INTEGER', 'UBIGINT', 'FLOAT', 'DECIMAL(10, 2)', 'VARCHAR', 'HUGEINT'])(
    'is read with numbers of type %s',
    async (age) => {
      expect((await predicted(await parquet(rowsWith(age)), type)).probabilities).toEqual(await expected());
    },
  );

  it('is detected without its media type', async () => {
    const body = await parquet(rowsWith('DOUBLE'));
    expect((await predicted(body, 'application/octet-stream')).probabilities).toEqual(await expected());
  });

  it('is read in several chunks', async () => {
    const body = await parquet("SELECT (i % 90)::INTEGER AS age, 'Private' AS work FROM range(20000) AS t(i)");
    const { probabilities } = await predicted(body, type);
    expect(probabilities).toHaveLength(20_000);
    expect(probabilities[37]).toBe((await expected())[0]);
  });

  it('is refused when it is damaged, has unknown columns, or too many rows', async () => {
    const damaged = (await parquet(rowsWith('INTEGER'))).fill(7, 4, 60);
    expect((await post(damaged, type)).json()).toMatchObject({ status: 422, code: 'invalid_rows' });
    expect((await post(await parquet('SELECT 1 AS agee'), type)).json()).toMatchObject({
      errors: [{ path: '/columns/agee' }],
    });
    const many = await parquet('SELECT 1 AS age FROM range(1000001)');
    expect((await post(many, type)).json().detail).toContain('the limit is 1000000');
  });
});
