import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTrainingService, type TrainingService } from '../support/trainingService.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-exact-'));
let service: TrainingService;
beforeAll(async () => {
  service = await openTrainingService();
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

const PARQUET = 'application/vnd.apache.parquet';
const ROWS = 60;
/** Neighbours that are one value in float64, in their order, for each type of a column. */
const NUMBERS = {
  BIGINT: ['-9007199254740993', '-9007199254740992', '9007199254740992', '9007199254740993'],
  UBIGINT: ['7', '18446744073709551613', '18446744073709551614', '18446744073709551615'],
  'DECIMAL(38, 0)': ['-1', '12345678901234567890123456788', '12345678901234567890123456789'],
  'DECIMAL(24, 4)': ['0.5', '90071992547409.9301', '90071992547409.9302'],
} as const;
type Type = keyof typeof NUMBERS;

async function parquetOf(type: Type): Promise<Buffer> {
  const file = join(folder, `${type}.parquet`);
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const cells = NUMBERS[type].map((number) => `'${number}'`).join(', ');
  const cell = `CAST([${cells}][i % ${NUMBERS[type].length} + 1] AS ${type})`;
  await connection.run(
    `COPY (SELECT ${cell} AS k, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END AS y FROM range(${ROWS}) AS t(i)) TO '${file}' (FORMAT parquet)`,
  );
  connection.closeSync();
  return readFileSync(file);
}

function textOf(type: Type, line: (number: string, label: string) => string): string {
  const numbers = NUMBERS[type];
  return Array.from({ length: ROWS }, (_, i) => line(numbers[i % numbers.length], i % 2 ? 'b' : 'a')).join('');
}

const csvOf = (type: Type) => `k,y\n${textOf(type, (number, label) => `${number},${label}\n`)}`;
const ndjsonOf = (type: Type) => textOf(type, (number, label) => `{"k":${number},"y":"${label}"}\n`);
const FILES: readonly (readonly [string, Type, string, (type: Type) => Promise<Buffer> | string])[] = [
  ['int64 of Parquet', 'BIGINT', PARQUET, parquetOf],
  ['uint64 of Parquet', 'UBIGINT', PARQUET, parquetOf],
  ['whole decimals of Parquet', 'DECIMAL(38, 0)', PARQUET, parquetOf],
  ['decimals of Parquet', 'DECIMAL(24, 4)', PARQUET, parquetOf],
  ['64-bit numbers of CSV', 'BIGINT', 'text/csv', csvOf],
  ['unsigned 64-bit numbers of CSV', 'UBIGINT', 'text/csv', csvOf],
  ['64-bit numbers of NDJSON', 'BIGINT', 'application/x-ndjson', ndjsonOf],
  ['long numbers of NDJSON', 'DECIMAL(38, 0)', 'application/x-ndjson', ndjsonOf],
];

async function predict(id: string, payload: string | Buffer | object, type: string) {
  const headers = { 'content-type': type };
  const response = await service.app.inject({ method: 'POST', url: `/v1/models/${id}/predict`, headers, payload });
  expect(response.statusCode, response.body).toBe(200);
  return response;
}

describe.each(FILES)('%s', (_, type, mediaType, fileOf) => {
  let file: Buffer | string;
  let datasetId: string;
  beforeAll(async () => {
    file = await fileOf(type);
    const uploaded = await service.post(file, mediaType);
    expect(uploaded.statusCode, uploaded.body).toBe(201);
    expect(uploaded.json().columns[0]).toMatchObject({ type: 'numeric', missing: 0 });
    expect(uploaded.json().warnings).toContainEqual(expect.objectContaining({ code: 'inexact_integers', column: 'k' }));
    datasetId = uploaded.json().id;
  });

  it('are exact categories in training, in the same file, and in the rows of the dataset', async () => {
    const id = await service.train(datasetId, {
      ...{ target: 'y', training: { epochs: 2 } },
      features: { types: { k: 'categorical' }, minCategoryCount: 1 },
    });
    const [{ categories }] = (await service.model(id)).inputs;
    expect(categories?.toSorted()).toEqual(NUMBERS[type].toSorted());
    const fromFile = await predict(id, file, mediaType);
    expect(fromFile.headers['trainyard-warnings']).toBeUndefined();
    const rows = await service.datasetText(datasetId);
    expect((await predict(id, `{"rows":${rows}}`, 'application/json')).json().warnings).toEqual([]);
    const other = await predict(id, { rows: [{ k: '77777777777777777777' }] }, 'application/json');
    expect(other.json().warnings).toEqual([expect.objectContaining({ code: 'unseen_category' })]);
  });

  it('are exact classes in numeric order', async () => {
    const request = { target: 'k', task: 'multiclass', training: { epochs: 2 } };
    expect((await service.model(await service.train(datasetId, request))).classes).toEqual(NUMBERS[type]);
  });
});

it('numbers of such a column that float64 has are written as before', async () => {
  const uploaded = await service.post(csvOf('BIGINT').replaceAll('-9007199254740993', '5'), 'text/csv');
  const id = await service.train(uploaded.json().id, {
    ...{ target: 'y', training: { epochs: 2 } },
    features: { types: { k: 'categorical' }, minCategoryCount: 1 },
  });
  for (const five of ['5', '"5.0"', '5.00', '"+5"', '0.5e1']) {
    const { warnings } = (await predict(id, `{"rows":[{"k":${five}}]}`, 'application/json')).json();
    expect(warnings, five).toEqual([]);
  }
});
