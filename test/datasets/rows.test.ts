import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRowReader } from '../../src/datasets/rowReader.ts';
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

/** The process that reads rows for this one. */
function readerPids(): readonly number[] {
  const lines = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const found = lines.map((line) => /^\s*(\d+)\s+(\d+)\s+.*rowsProcess/.exec(line));
  return found.flatMap((match) => (match?.[2] === String(process.pid) ? [Number(match[1])] : []));
}

describe('a process that reads rows and is killed', () => {
  it('takes nobody with it: who asks then is told to ask again, and another one answers', async () => {
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
  it('is no end of the service either', async () => {
    const reader = createRowReader(join(service.folders.datasets, 'nowhere'));
    await expect(reader.read('a.parquet', 1, 0)).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 });
    reader.close();
  });
});

describe('more rows than one answer holds', () => {
  it('are refused with how many of so many columns it holds', async () => {
    const names = Array.from({ length: 1000 }, (_, column) => `c${column}`);
    const id = await uploaded(`${names.join(',')}\n${names.map(() => 1).join(',')}\n`);
    expect((await rows(id, '?limit=500')).status).toBe(200);
    expect(await rows(id, '?limit=501')).toMatchObject({
      status: 400,
      errors: [{ path: '/limit', message: expect.stringContaining('500 rows of 1000 columns') }],
    });
  });

  it('are refused where their texts are long, and read in parts', async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const file = join(service.folders.datasets, 'long.parquet');
    await connection.run(`COPY (SELECT repeat('long', 1000000) AS c0 FROM range(10)) TO '${file}' (FORMAT parquet)`);
    connection.closeSync();
    const reader = createRowReader(service.folders.datasets);
    await expect(reader.read('long.parquet', 10, 0)).rejects.toMatchObject({ code: 'payload_too_large' });
    expect(await reader.read('long.parquet', 5, 5)).toHaveLength(5);
    reader.close();
  });
});
