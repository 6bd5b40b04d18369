import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDatasets, type TestService } from './support/service.ts';
import { cellsOf, columnOf, type UploadWith, upload } from './support/upload.ts';

let service: TestService;
const folder = mkdtempSync(join(tmpdir(), 'trainyard-whole-'));
beforeAll(async () => {
  service = await startDatasets();
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

async function answer(body: string | Buffer, options?: UploadWith) {
  return (await upload(service, body, options)).json();
}

async function read(body: string | Buffer, options?: UploadWith) {
  const response = await upload(service, body, options);
  if (response.statusCode !== 201) throw new Error(response.body);
  return response.json();
}

async function parquet(select: string): Promise<Buffer> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const file = join(folder, 'file.parquet');
  await connection.run(`COPY (${select}) TO '${file}' (FORMAT parquet)`);
  connection.closeSync();
  return readFileSync(file);
}
const PARQUET = { type: 'application/vnd.apache.parquet' };

describe('the line ends of a text', () => {
  it.each([
    ['CRLF after the header only', 'a,b\r\n1,2\n3,4\n'],
    ['two joined files', 'a,b\n1,2\n3,4\r\n'],
    ['CR and LF', 'a,b\r1,2\n3,4\n'],
  ])('may be mixed: %s', async (_, body) => {
    const dataset = await read(body);
    expect(await cellsOf(service, dataset, 'b')).toEqual([2, 4]);
  });

  it('are preserved inside quotes when they are mixed outside', async () => {
    const dataset = await read('a,b\r\n"x\r\ny",2\n"z\nw",4\r\n');
    expect(await cellsOf(service, dataset, 'a')).toEqual(['x\r\ny', 'z\nw']);
  });

  it('may be mixed beyond the first lines', async () => {
    const dataset = await read(`a,b\n${'1,2\n'.repeat(200_000)}${'1,2\r\n'.repeat(200_000)}`);
    expect(dataset.rows).toBe(400_000);
  });

  it.each([
    ['comments', '# p\r\n# q\na,b\r1,2\n3,4\r\n5,6\n'],
    ['a title', 'Title\r\n\r\na,b\r1,2\r\n3,4\r\n5,6'],
    ['blank lines', '\n\r\na,b\r1,2\r3,4\n5,6\r'],
  ])('may be mixed below %s', async (_, body) => {
    const dataset = await read(body);
    expect(await cellsOf(service, dataset, 'a')).toEqual([1, 3, 5]);
    expect(await cellsOf(service, dataset, 'b')).toEqual([2, 4, 6]);
  });

  it('may be mixed beside quotes', async () => {
    const dataset = await read('"a","b"\r\n"x\r\ny","2"\n"z ""w"" v",4\r"5"" pipe","6"\n');
    expect(await cellsOf(service, dataset, 'a')).toEqual(['x\r\ny', 'z "w" v', '5" pipe']);
    expect(await cellsOf(service, dataset, 'b')).toEqual([2, 4, 6]);
  });

  it('may be mixed beside a quote inside a cell', async () => {
    const dataset = await read('a,b\r\n5" pipe,2\n7 ft,4\r\n');
    expect(await cellsOf(service, dataset, 'b')).toEqual([2, 4]);
  });

  it('may change from CR to LF beyond the first lines', async () => {
    const dataset = await read(`a,b\r${'1,2\r'.repeat(100_000)}${'1,2\n'.repeat(100_000)}`);
    expect(dataset.rows).toBe(200_000);
  });

  it('may be mixed beside short lines', async () => {
    const dataset = await read('a,b\r\n1,2\n3\n4,5\r\n');
    expect(await cellsOf(service, dataset, 'b')).toEqual([2, null, 5]);
  });
});

describe('the bytes of a text', () => {
  const bytes = (...parts: (string | number)[]) =>
    Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))));

  it('remain UTF-8 with some bad bytes, and a warning has their number and line', async () => {
    const dataset = await read(bytes('c,y\n日本,1\nété,2\n', 0xe9, 'x,3\n', 0xff, 'y,4\n'));
    expect(await cellsOf(service, dataset, 'c')).toEqual(['日本', 'été', '\ufffdx', '\ufffdy']);
    expect(dataset.warnings).toContainEqual({
      code: 'bad_bytes',
      message: expect.stringContaining('2 bytes, the first of them in line 4'),
    });
  });

  it('are UTF-16 beside characters with a zero in the other half', async () => {
    const text = `c,y\n${'\u3000日本,1\nété,2\n'.repeat(20)}`;
    for (const body of [Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf16le').swap16()]) {
      expect((await cellsOf(service, await read(body), 'c')).slice(0, 2)).toEqual(['日本', 'été']);
    }
  });

  it('have the charset of the request', async () => {
    const body = Buffer.from([0x63, 0x0a, 0xc1, 0x0a, 0xc2, 0x0a]);
    const dataset = await read(body, { type: 'text/csv; charset="ISO-8859-5"' });
    expect(await cellsOf(service, dataset, 'c')).toEqual(['С', 'Т']);
    const wide = await read(Buffer.from('c,y\nж,1\n', 'utf16le'), { type: 'text/csv;charset=utf-16le' });
    expect(await cellsOf(service, wide, 'c')).toEqual(['ж']);
  });

  it('are one table for each charset', async () => {
    const body = Buffer.from([0x63, 0x0a, 0xc1, 0x0a]);
    const cyrillic = await read(body, { type: 'text/csv; charset=iso-8859-5' });
    const latin = await read(body, { type: 'text/csv; charset=iso-8859-1' });
    expect(await cellsOf(service, cyrillic, 'c')).toEqual(['С']);
    expect(await cellsOf(service, latin, 'c')).toEqual(['Á']);
  });

  it('are refused for an unknown charset', async () => {
    const refused = await answer('a\n1\n', { type: 'text/csv; charset=klingon' });
    expect(refused).toMatchObject({ status: 415, code: 'unsupported_encoding' });
    expect(refused.detail).toContain('"klingon"');
  });
});

describe('the dialect of a text', () => {
  it.each([
    ['single quotes', "a,b\n0,'x, 0'\n1,'x, 1'\n"],
    ['a line sep=', 'sep=;\na;b\n0;x, 0\n1;x, 1\n'],
    ['comments above the header', '# made by hand\n# from x, y; z\na,b\n0,"x, 0"\n1,"x, 1"\n'],
    ['blank lines above the header', '\n\na,b\n0,"x, 0"\n1,"x, 1"\n'],
    ['single quotes around every cell', "'a'|'b'\n'0'|'x, 0'\n'1'|'x, 1'\n"],
  ])('may have %s', async (_, body) => {
    const dataset = await read(body);
    expect(await cellsOf(service, dataset, 'a')).toEqual([0, 1]);
    expect(await cellsOf(service, dataset, 'b')).toEqual(['x, 0', 'x, 1']);
    expect(dataset.warnings).not.toContainEqual(expect.objectContaining({ code: 'skipped_lines' }));
  });

  it('is not that of the comments above the header', async () => {
    const rows = ['a;b', 'c', 'd;e', 'f', 'g'].map((word, index) => `${index},${word},${index * 2}\n`);
    const dataset = await read(`# from x, y; z\n#\nn,w,m\n${rows.join('')}`);
    expect(dataset.rows).toBe(5);
    expect(await cellsOf(service, dataset, 'w')).toEqual(['a;b', 'c', 'd;e', 'f', 'g']);
  });

  it('may have a title, which a warning counts', async () => {
    const dataset = await read('Sales of May\n\na,b\n1,2\n3,4\n');
    expect(await cellsOf(service, dataset, 'b')).toEqual([2, 4]);
    expect(dataset.warnings).toContainEqual(expect.objectContaining({ code: 'skipped_lines' }));
  });
});

describe('the lines of a text', () => {
  it('are padded when they are short, and a warning counts them', async () => {
    const dataset = await read('a,b,c\n1,2,3\n"4\n5"\n5,6,7\n8,9\n');
    expect(await cellsOf(service, dataset, 'c')).toEqual([3, null, 7, null]);
    expect(dataset.warnings).toContainEqual({
      code: 'short_lines',
      message: expect.stringContaining('2 lines, the first of them line 3,'),
    });
  });

  it.each([
    ['more values', '# note\n\na,b\n1,2\n3,4,5\n', 'Line 5 has more values than the 2'],
    ['text after a quote', 'a,b\n1,2\n3,"4"x\n', 'Line 3 has a quote'],
    ['more values, CRLF', 'a,b\r\n1,2\r\n3,4,5\r\n', 'Line 3 has more values than the 2'],
  ])('are refused with their number: %s', async (_, body, words) => {
    expect(await answer(body)).toMatchObject({ status: 422, detail: expect.stringContaining(words) });
  });
});

describe('a text that is no table', () => {
  it.each([
    ['HTML', '<!DOCTYPE html>\n<html><head><title>Log in</title></head></html>\n'],
    ['HTML', '\n<html lang="en">\n<body>a,b</body></html>\n'],
    ['XML', '<?xml version="1.0"?>\n<rows><row a="1"/></rows>\n'],
    ['XML', '<rows>\n  <row><a>1</a></row>\n</rows>\n'],
    ['SQL', '-- MySQL dump 10.13\n--\n\nDROP TABLE IF EXISTS `t`;\nINSERT INTO t VALUES (1,2);\n'],
    ['SQL', 'CREATE TABLE t (a int, b int);\nINSERT INTO t VALUES (1,2);\n'],
    ['YAML', '---\nrows:\n  - a: 1\n    b: 2\n'],
    ['YAML', 'a: 1\nb: x\nc: 3\n'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'],
  ])('is refused as %s', async (what, body) => {
    for (const type of ['text/csv', 'text/plain']) {
      expect(await answer(body, { type })).toMatchObject({
        status: 422,
        code: 'invalid_file',
        detail: expect.stringContaining(`The file is ${what}`),
      });
    }
  });

  it('is not confused with a table', async () => {
    expect((await read('<DATE>,<OPEN>\n20240101,1\n20240102,2\n')).rows).toBe(2);
    expect((await read('version,select\n1,from\n2,insert into\n')).rows).toBe(2);
    expect((await read('time: start,b\n1,2\n3,4\n')).rows).toBe(2);
  });
});

describe('duplicate keys of JSON', () => {
  it.each([
    ['application/x-ndjson', '{"a":"p","b":1,"a":"r"}\n{"b":2,"a":"s"}\n'],
    ['application/json', '[{"a":"p","b":1,"a":"r"},{"b":2,"a":"s"}]'],
  ])('of %s have the last value, and a warning counts the objects', async (type, body) => {
    const dataset = await read(body, { type });
    expect(await cellsOf(service, dataset, 'a')).toEqual(['r', 's']);
    expect(await cellsOf(service, dataset, 'b')).toEqual([1, 2]);
    expect(dataset.warnings).toContainEqual(expect.objectContaining({ code: 'duplicate_keys' }));
  });
});

describe('the types of Parquet', () => {
  it('have the values that they show', async () => {
    const body = await parquet(`SELECT * FROM (VALUES
      (0.1::FLOAT, 18446744073709551615::UBIGINT, 9.95::DECIMAL(10, 2), 3::HUGEINT),
      (0.2::FLOAT, 7::UBIGINT, 0.5::DECIMAL(10, 2), 4::HUGEINT)) AS t(f, u, d, h)`);
    const dataset = await read(body, PARQUET);
    expect(await cellsOf(service, dataset, 'f')).toEqual([0.1, 0.2]);
    expect(await cellsOf(service, dataset, 'u')).toEqual([2 ** 64, 7]);
    expect(await cellsOf(service, dataset, 'd')).toEqual([9.95, 0.5]);
    expect(await cellsOf(service, dataset, 'h')).toEqual([3, 4]);
  });

  it('are booleans on request where they are 0 and 1', async () => {
    const body = await parquet('SELECT * FROM (VALUES (1.0::DOUBLE, 7), (0, 0), (-15, 1)) AS t(d, i)');
    const dataset = await read(body, { ...PARQUET, query: { types: 'd:boolean,i:boolean' } });
    expect(await cellsOf(service, dataset, 'd')).toEqual([true, false, null]);
    expect(await cellsOf(service, dataset, 'i')).toEqual([null, false, true]);
  });

  it('have infinite numbers and times that are missing, with a warning', async () => {
    const body = await parquet(`SELECT * FROM (VALUES
      ('infinity'::TIMESTAMP, '-infinity'::DATE, 'inf'::DOUBLE, '-inf'::FLOAT, 1),
      ('2024-01-02'::TIMESTAMP, '2024-01-02'::DATE, 1.5, 2.5, 2),
      ('290000-01-01'::TIMESTAMP, '2024-01-02'::DATE, 'nan'::DOUBLE, 2.5, 3)) AS t(t, d, x, f, y)`);
    const dataset = await read(body, PARQUET);
    const time = '2024-01-02T00:00:00.000Z';
    expect(await cellsOf(service, dataset, 't')).toEqual([null, time, null]);
    expect(await cellsOf(service, dataset, 'd')).toEqual([null, time, time]);
    expect(await cellsOf(service, dataset, 'x')).toEqual([null, 1.5, null]);
    expect(columnOf(dataset, 't')).toMatchObject({ missing: 2, max: time });
    const lost = dataset.warnings.filter(({ code }: { code: string }) => code === 'mixed_types');
    expect(lost.map(({ column }: { column: string }) => column)).toEqual(['t', 'd', 'x', 'f']);
    expect(lost[0].message).toContain('2 cells');
  });
});
