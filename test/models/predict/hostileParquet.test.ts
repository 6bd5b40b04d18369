import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTrainingService, type TrainingService } from '../support/trainingService.ts';

const PARQUET = 'application/vnd.apache.parquet';
const folder = mkdtempSync(join(tmpdir(), 'trainyard-hostile-'));
let service: TrainingService;
let model: string;
let good: Buffer;
beforeAll(async () => {
  service = await openTrainingService();
  good = await parquetOf(
    "SELECT i AS x, 'w' || (i % 3) AS k, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END AS y FROM range(60) t(i)",
  );
  const { id } = (await service.post(good, PARQUET)).json();
  model = await service.train(id, { target: 'y', training: { epochs: 1 } });
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

async function parquetOf(sql: string): Promise<Buffer> {
  const file = join(folder, 'made.parquet');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`COPY (${sql}) TO '${file}' (FORMAT parquet, COMPRESSION zstd)`);
  connection.closeSync();
  return readFileSync(file);
}

/** The good file with other bytes from an offset, counted from the end if it is negative. */
function changed(offset: number, bytes: Buffer): Buffer {
  const copy = Buffer.from(good);
  bytes.copy(copy, offset < 0 ? copy.length + offset : offset);
  return copy;
}

const wide = Array.from({ length: 7000 }, (_, i) => `1 AS c${i}`).join(', ');
const nested = `${'['.repeat(200)}1${']'.repeat(200)}`;

const HUGE = "SELECT 1 AS x, 'w' AS k, 'a' AS y FROM range(30_000_000)";
const CELL = "SELECT 1 AS x, repeat('w', 2000000) AS k";

it.each([
  ['columns', () => parquetOf(`SELECT ${wide}`), '7000 columns'],
  ['rows', () => parquetOf(HUGE), '30000000 rows'],
  ['bytes in a cell', () => parquetOf(CELL), '2000000 bytes'],
])('Parquet with too many %s has the same code in an upload and in a prediction', async (_, fileOf, message) => {
  const file = await fileOf();
  const headers = { 'content-type': PARQUET };
  const request = { method: 'POST', url: `/v1/models/${model}/predict`, headers, payload: file } as const;
  const answers = [await service.post(file, PARQUET), await service.app.inject(request)];
  const expected = { status: 413, code: 'table_too_large', detail: expect.stringContaining(message) };
  expect(answers.map((answer) => answer.json())).toMatchObject([expected, expected]);
});

it('Parquet whose footer states too many rows is refused before its cells are read', async () => {
  const file = await parquetOf(HUGE);
  // Cells that cannot be read are no hindrance when none is read.
  file.fill(0xff, 4, file.length - 8 - file.readUInt32LE(file.length - 8));
  const headers = { 'content-type': PARQUET };
  const request = { method: 'POST', url: `/v1/models/${model}/predict`, headers, payload: file } as const;
  for (const answer of [await service.post(file, PARQUET), await service.app.inject(request)])
    expect(answer.json()).toMatchObject({ code: 'table_too_large' });
});

it.each<readonly [string, () => Buffer | Promise<Buffer>, RegExp]>([
  ['cut off', () => good.subarray(0, good.length / 2), /Parquet/],
  ['without a footer', () => Buffer.concat([good.subarray(0, 100), Buffer.from('PAR1')]), /Parquet/],
  ['with a footer longer than the file', () => changed(-8, Buffer.from([0xff, 0xff, 0xff, 0x7f])), /cannot be read/],
  [
    'with a broken footer',
    () => changed(-8 - good.readUInt32LE(good.length - 8), Buffer.alloc(40, 0xff)),
    /Parquet|damaged/,
  ],
  ['with broken pages', () => changed(4, Buffer.alloc(60, 0xff)), /cannot be read|damaged/],
  ['with an encrypted footer', () => changed(-4, Buffer.from('PARE')), /Parquet/],
  ['with nesting that is too deep', () => parquetOf(`SELECT 1 AS x, ${nested} AS k`), /cannot be read/],
  ['with too many columns', () => parquetOf(`SELECT ${wide}`), /7000 columns; the limit is 6000/],
  [
    'with a cell that is too large',
    () => parquetOf("SELECT 1 AS x, repeat('w', 2000000) AS k"),
    /cell of 2000000 bytes in column "k"/,
  ],
  [
    'with pages that unpack to gigabytes',
    () => parquetOf("SELECT 1 AS x, repeat('w', 2000000) AS k FROM range(2000)"),
    /memory|2000000 bytes/,
  ],
])('Parquet %s is refused by an upload and by a prediction, and the next file is read', async (_, fileOf, message) => {
  const file = await fileOf();
  const headers = { 'content-type': PARQUET };
  const predict = (payload: Buffer) =>
    service.app.inject({ method: 'POST', url: `/v1/models/${model}/predict`, headers, payload });
  for (const response of [await service.post(file, PARQUET), await predict(file)]) {
    expect([413, 422], response.body).toContain(response.statusCode);
    expect(response.json().detail).toMatch(message);
  }
  expect((await predict(good)).statusCode).toBe(200);
});

it('names that repeat in Parquet are numbered alike by an upload and by a prediction', async () => {
  const file = await parquetOf("SELECT i AS dup1, 'b' AS dup2, 'a' AS y FROM range(3) t(i)");
  const twice = Buffer.from(file.toString('latin1').replaceAll('dup2', 'dup1'), 'latin1');
  const uploaded = (await service.post(twice, PARQUET)).json();
  expect(uploaded.columns.map(({ name }: { name: string }) => name)).toEqual(['dup1', 'dup1_2', 'y']);
  const headers = { 'content-type': PARQUET };
  const request = { method: 'POST', url: `/v1/models/${model}/predict`, headers, payload: twice } as const;
  expect((await service.app.inject(request)).json().detail).toContain('no such columns: "dup1", "dup1_2"');
});
