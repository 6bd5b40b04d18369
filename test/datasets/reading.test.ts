import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDatasets, type TestService } from './support/service.ts';
import { cellsOf, columnOf, typesOf, type UploadWith, upload, warningCodes } from './support/upload.ts';

let service: TestService;
beforeAll(async () => {
  service = await startDatasets();
});
afterAll(() => service.close());

async function read(body: string | Buffer, options?: UploadWith) {
  const answer = await upload(service, body, options);
  if (answer.statusCode !== 201) throw new Error(answer.body);
  return answer.json();
}

const lines = (header: string, count: number, row: (index: number) => string) =>
  `${header}\n${Array.from({ length: count }, (_, index) => row(index)).join('\n')}\n`;

describe('types', () => {
  it('distinguishes identifiers, codes and text from numbers and categories', async () => {
    const body = lines('id,measure,zip,code,comment,kind,grade', 30, (i) =>
      [1000 + i * 7, i / 7, `0${1200 + i}`, `K-${i}x`, `a long and winding tale ${i}`, `k${i % 3}`, i % 2].join(','),
    );
    expect(typesOf(await read(body))).toEqual([
      'id: identifier',
      'measure: numeric',
      'zip: identifier',
      'code: identifier',
      'comment: text',
      'kind: categorical',
      'grade: numeric',
    ]);
  });

  it('uses the requested types', async () => {
    const types = 'flag:boolean,day:datetime,"x":numeric'.replaceAll('"', '');
    const body = 'flag,day,x,n\nyes,31/12/2024,7,1\nno,1/2/2024,x,2\n';
    const dataset = await read(body, { query: { types, nullValues: 'x,-' } });
    expect(typesOf(dataset)).toEqual(['flag: boolean', 'day: datetime', 'x: numeric', 'n: numeric']);
    expect(await cellsOf(service, dataset, 'flag')).toEqual([true, false]);
    expect(await cellsOf(service, dataset, 'x')).toEqual([7, null]);
  });

  it('accepts names with commas as JSON', async () => {
    const dataset = await read('"a,b",c\n1,2\n', { query: { types: '{"a,b":"categorical"}' } });
    expect(typesOf(dataset)).toEqual(['a,b: categorical', 'c: numeric']);
  });

  it('warns when day and month are ambiguous', async () => {
    expect(warningCodes(await read('day,y\n1/2/2024,1\n3/4/2024,2\n'))).toContain('ambiguous_dates day');
  });

  it('include years of two digits, and integers with an exponent', async () => {
    const dataset = await read('day,n\n31.01.24, 1e3\n01.02.24, 2\n');
    expect(await cellsOf(service, dataset, 'day')).toEqual(['2024-01-31T00:00:00.000Z', '2024-02-01T00:00:00.000Z']);
    expect(await cellsOf(service, dataset, 'n')).toEqual([1000, 2]);
  });

  it('pads lines that are too short', async () => {
    const dataset = await read('a,b,c\n1,2,3\n4\n5,6,7\n');
    expect(await cellsOf(service, dataset, 'b')).toEqual([2, null, 6]);
  });

  it('pads lines that are too short beside one of several megabytes', async () => {
    const long = Array.from({ length: 5 }, () => 'x'.repeat(2 ** 20)).join(',');
    const dataset = await read(`a,b1,b2,b3,b4,b5,c\n1,${long},3\n4\n5,y,y,y,y,y,7\n`);
    expect(dataset.rows).toBe(3);
    expect(await cellsOf(service, dataset, 'c')).toEqual([3, null, 7]);
  });

  it('reads thousands, and leaves words that DuckDB casts to numbers', async () => {
    const dataset = await read('price,code,word\n"1,234",1_000,NaN\n"5,678,901.5",2_000,inf\n"1,000",3_000,7.5\n');
    expect(await cellsOf(service, dataset, 'price')).toEqual([1234, 5_678_901.5, 1000]);
    expect(columnOf(dataset, 'code').type).toBe('categorical');
  });
});

describe('text', () => {
  it('is preserved byte for byte, composed or not', async () => {
    const dataset = await read('city,y\nS\u00e3o,1\nSa\u0303o,2\n');
    expect(await cellsOf(service, dataset, 'city')).toEqual(['S\u00e3o', 'Sa\u0303o']);
  });

  it('is decoded from windows-1252', async () => {
    const dataset = await read(Buffer.concat([Buffer.from('price,y\n'), Buffer.from([0x80]), Buffer.from('uro,1\n')]));
    expect(await cellsOf(service, dataset, 'price')).toEqual(['€uro']);
  });

  it('is decoded from UTF-16 without a byte order mark', async () => {
    const dataset = await read(Buffer.from('größe,y\n1,2\n', 'utf16le'));
    expect(typesOf(dataset)).toEqual(['größe: numeric', 'y: numeric']);
  });
});

describe('JSON', () => {
  it('has a column for every key of any row, including hostile ones', async () => {
    const body = '[{"a":1,"__proto__":"p"},{"A":true,"a/b":"x","a":null,"deep":{"k":[1]}}]';
    const dataset = await read(body, { type: 'application/json' });
    expect(dataset.columns.map(({ name }: { name: string }) => name)).toEqual(['a', '__proto__', 'A', 'a/b', 'deep']);
    const rows = await service.app.inject({ url: `/v1/datasets/${dataset.id}/rows` });
    expect(rows.body).toContain('{"a":1,"__proto__":"p","A":null,"a/b":null,"deep":null}');
    expect(await cellsOf(service, dataset, 'deep')).toEqual([null, '{"k":[1]}']);
  });
});

describe('the profile of numbers', () => {
  it('has one bin for each of few integers', async () => {
    const column = columnOf(await read(lines('n,y', 40, (i) => `${i % 4},1`)), 'n');
    expect(column).toMatchObject({ histogram: { edges: [-0.5, 0.5, 1.5, 2.5, 3.5], counts: [10, 10, 10, 10] } });
  });

  it('has twenty bins and the sample standard deviation otherwise', async () => {
    const column = columnOf(await read(lines('n,y', 101, (i) => `${i / 2},1`)), 'n');
    if (column.type !== 'numeric') throw new Error(column.type);
    expect(column.histogram.edges).toHaveLength(21);
    expect(column.histogram.counts.reduce((sum, count) => sum + count)).toBe(101);
    expect(column.standardDeviation).toBeCloseTo(14.650085, 6);
  });

  it.each([300, 12_000])('is exact over %i rows of any numbers', async (rows) => {
    const row = (i: number) => [(i % 9) - 4, (i % 50) / 8, (i % 70) * 1e6, i % 3 === 0 ? 'NA' : i % 2].join(',');
    const dataset = await read(lines('small,halves,large,gaps', rows, row));
    expect(columnOf(dataset, 'small')).toMatchObject({ distinct: 9, missing: 0, min: -4, max: 4 });
    expect(columnOf(dataset, 'halves')).toMatchObject({ distinct: 50, min: 0, max: 49 / 8, mean: 49 / 16 });
    expect(columnOf(dataset, 'large')).toMatchObject({ distinct: 70, min: 0, max: 69e6 });
    expect(columnOf(dataset, 'gaps')).toMatchObject({ distinct: 2, missing: rows / 3, mean: 0.5 });
  });

  it('is finite at the limits of float64', async () => {
    const column = columnOf(await read('n,y\n1e308,1\n-1e308,2\n0.5,3\n'), 'n');
    expect(column).toMatchObject({ min: -1e308, max: 1e308, distinct: 3 });
  });
});
