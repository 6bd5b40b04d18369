import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from 'vitest';
import { openSession } from '../../src/datasets/duckdb/duckdb.ts';
import { filesIn, startDatasets } from './support/service.ts';
import { typesOf, upload } from './support/upload.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-sandbox-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a session', () => {
  it('can access the given files and no others', async () => {
    const [seen, secret] = [join(folder, 'seen.csv'), join(folder, 'secret.csv')];
    writeFileSync(seen, 'a,b\n1,2\n');
    writeFileSync(secret, 'a,b\n1,2\n');
    const session = await openSession({ memoryBytes: 2 ** 28, threads: 1, files: [seen], spillFolder: null });
    expect(await session.query(`SELECT a::INT FROM read_csv('${seen}')`)).toEqual([[1]]);
    await expect(session.query(`SELECT * FROM read_csv('${secret}')`)).rejects.toThrow(/Permission/);
    await expect(session.query(`COPY (SELECT 1) TO '${folder}/new.csv'`)).rejects.toThrow(/Permission/);
    await expect(session.query(`SELECT * FROM read_csv('http://127.0.0.1/x.csv')`)).rejects.toThrow(
      /Permission|httpfs/,
    );
    await expect(session.query('INSTALL httpfs')).rejects.toThrow();
    await expect(session.query('SET enable_external_access = true')).rejects.toThrow(/lock/);
    session.close();
  });
});

describe('an upload beyond the limits of time or memory', () => {
  it.each([
    ['time', { ingestSeconds: 0.05 }, 422, 'invalid_file', '0.05 seconds'],
    ['memory', { ingestMemoryBytes: 2 ** 20 }, 413, 'table_too_large', '1048576 bytes'],
  ])('of %s ends with its process, names the limit and leaves no data', async (_, limits, status, code, limit) => {
    const service = await startDatasets(limits);
    const body = `x,y\n${Array.from({ length: 100_000 }, (_, i) => `word${i},${i}`).join('\n')}\n`;
    const detail = expect.stringContaining(limit);
    expect((await upload(service, body)).json()).toMatchObject({ status, code, detail });
    expect(filesIn(service.folders)).toEqual([]);
    await service.close();
  });
});

describe('Parquet', () => {
  it('has its types and its names, and nested values as text', async () => {
    const file = join(folder, 'typed.parquet');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(
      `COPY (SELECT 7::SMALLINT AS n, 1.5::DECIMAL(9, 2) AS "n.d", true AS flag, DATE '2024-05-06' AS day,
         {'inner': 1, 'other': [2]} AS deep, 'x' AS word, 9007199254740993 AS long) TO '${file}' (FORMAT parquet)`,
    );
    connection.closeSync();
    const service = await startDatasets();
    const type = 'application/vnd.apache.parquet';
    const dataset = (await upload(service, readFileSync(file), { type })).json();
    expect(typesOf(dataset)).toEqual([
      'n: numeric',
      'n.d: numeric',
      'flag: boolean',
      'day: datetime',
      'deep: categorical',
      'word: categorical',
      'long: numeric',
    ]);
    const rows = await service.app.inject({ url: `/v1/datasets/${dataset.id}/rows` });
    expect(rows.json().items[0]).toMatchObject({
      n: 7,
      'n.d': 1.5,
      flag: true,
      day: '2024-05-06T00:00:00.000Z',
      word: 'x',
    });
    await service.close();
  });
});
