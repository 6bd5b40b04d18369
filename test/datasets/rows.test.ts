import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRowReader } from '../../src/datasets/rows/rowReader.ts';
import { PAGE_BYTES } from '../../src/kit/contract/pages.ts';
import { startDatasets, type TestService } from './support/service.ts';
import { upload } from './support/upload.ts';

let service: TestService;
beforeAll(async () => {
  service = await startDatasets();
});
afterAll(() => service.close());

async function uploaded(body: string): Promise<string> {
  return (await upload(service, body)).json().id;
}

async function rows(id: string, query = '') {
  const answer = await service.app.inject({ url: `/v1/datasets/${id}/rows${query}` });
  return { status: answer.statusCode, ...answer.json() };
}

/** The process that reads rows for this process. */
function readerPids(): readonly number[] {
  const lines = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const found = lines.map((line) => /^\s*(\d+)\s+(\d+)\s+.*rowsProcess/.exec(line));
  return found.flatMap((match) => (match?.[2] === String(process.pid) ? [Number(match[1])] : []));
}

describe('a process that reads rows and is killed', () => {
  it('answers 503, and a new process answers a later request', async () => {
    const id = await uploaded('a,b\n1,2\n');
    expect((await rows(id)).status).toBe(200);
    for (const pid of readerPids()) process.kill(pid, 'SIGKILL');
    const answers: { status: number; code?: string }[] = [];
    do answers.push(await rows(id));
    while (answers.at(-1)?.status !== 200);
    expect(new Set(answers.slice(0, -1).map(({ status, code }) => `${status} ${code}`))).toEqual(
      new Set(answers.length > 1 ? ['503 unavailable'] : []),
    );
  });
});

describe('a process that reads rows and cannot be started', () => {
  it('does not end the service', async () => {
    const reader = createRowReader(join(service.folders.datasets, 'nowhere'));
    await expect(reader.read('a.parquet', 1, 0)).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 });
    reader.close();
  });
});

describe('rows beyond the size of one response', () => {
  const walk = async (id: string, limit: number) => {
    const pages = [];
    for (let offset: number | null = 0; offset !== null; offset = pages.at(-1)?.next ?? null) {
      pages.push(await rows(id, `?limit=${limit}&offset=${offset}`));
    }
    return pages;
  };

  it('come in pages within the budget, each row once, for any width of the table', async () => {
    const names = Array.from({ length: 1000 }, (_, column) => `column ${column}`);
    const lines = Array.from({ length: 500 }, (_, row) => names.map((_, column) => row * 1000 + column).join(','));
    const id = await uploaded(`${names.join(',')}\n${lines.join('\n')}\n`);
    const pages = await walk(id, 1000);
    expect(pages.length).toBeGreaterThan(1);
    for (const { items } of pages) expect(JSON.stringify(items).length).toBeLessThan(PAGE_BYTES + 1000);
    expect(pages.flatMap(({ items }) => items.map((item: Record<string, number>) => item['column 999']))).toEqual(
      Array.from({ length: 500 }, (_, row) => row * 1000 + 999),
    );
    expect(pages.at(-1)).toMatchObject({ next: null, total: 500 });
  });

  it('come one by one when each row is longer than the budget', async () => {
    const long = (letter: string) => letter.repeat(PAGE_BYTES + 1);
    await writeTable('long', `SELECT repeat(chr(97 + i::INT), ${PAGE_BYTES + 1}) AS c0 FROM range(3) t(i)`);
    const reader = createRowReader(service.folders.datasets);
    for (const [offset, letter] of ['a', 'b', 'c'].entries()) {
      expect(await reader.read('long.parquet', 3, offset)).toEqual({
        items: JSON.stringify([{ text: long(letter) }]),
        count: 1,
      });
    }
    reader.close();
  });

  it('are refused when one row is too long', async () => {
    await writeTable('endless', `SELECT repeat('a', ${32 * 2 ** 20 + 1}) AS c0`);
    const reader = createRowReader(service.folders.datasets);
    await expect(reader.read('endless.parquet', 1, 0)).rejects.toMatchObject({ code: 'payload_too_large' });
    reader.close();
  });

  it('name the next row, and null after the last', async () => {
    const id = await uploaded('a\n1\n2\n3\n');
    expect(await rows(id, '?limit=2')).toMatchObject({ items: [{ a: 1 }, { a: 2 }], offset: 0, next: 2, total: 3 });
    expect(await rows(id, '?limit=2&offset=2')).toMatchObject({ items: [{ a: 3 }], offset: 2, next: null, total: 3 });
    expect(await rows(id, '?offset=3')).toMatchObject({ items: [], offset: 3, next: null, total: 3 });
  });

  it('can have columns of any name, and missing cells', async () => {
    const id = await uploaded('__proto__,"a ""b""",c\n1,,x\n');
    const { body } = await service.app.inject({ url: `/v1/datasets/${id}/rows` });
    expect(body).toBe('{"items":[{"__proto__":1,"a \\"b\\"":null,"c":"x"}],"offset":0,"next":null,"total":1}');
  });
});

/** Writes a table as ingestion does. Its only column is called text. */
async function writeTable(name: string, query: string): Promise<void> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const file = join(service.folders.datasets, `${name}.parquet`);
  await connection.run(`COPY (${query}) TO '${file}' (FORMAT parquet, KV_METADATA {names: '["text"]'})`);
  connection.closeSync();
}
