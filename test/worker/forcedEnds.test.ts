import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSession } from '../../src/datasets/duckdb/duckdb.ts';
import { literal } from '../../src/formats/types/sql.ts';

const END_THREADS = fileURLToPath(new URL('./forced/endThreads.ts', import.meta.url));
const END_STARTS = fileURLToPath(new URL('./forced/endStarts.ts', import.meta.url));
const run = promisify(execFile);
const TIMES = 12;
const ROWS = 2_000_000;

const folder = mkdtempSync(join(tmpdir(), 'trainyard-forced-'));
const file = join(folder, 'large.parquet');
beforeAll(async () => {
  const session = await openSession({ memoryBytes: 2 ** 30, threads: 2, files: [file], spillFolder: null });
  // The format in which an upload is stored.
  const columns = 'range AS c0, random() AS c1, (range % 100000)::VARCHAR AS c2';
  const names = literal(JSON.stringify(['a', 'b', 'c']));
  await session.query(
    `COPY (SELECT ${columns} FROM range(${ROWS})) TO ${literal(file)} (FORMAT parquet, KV_METADATA {names: ${names}})`,
  );
  session.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('threads that are terminated while they read', () => {
  it('do not crash their process', async () => {
    const { stdout } = await run(process.execPath, [END_THREADS, file, String(TIMES)]);
    expect(JSON.parse(stdout)).toEqual({ forced: TIMES });
  });
});

describe('threads that are terminated while they start', () => {
  it('do not crash their process', async () => {
    const { stdout } = await run(process.execPath, [END_STARTS, String(TIMES)]);
    expect(JSON.parse(stdout)).toEqual({ closed: TIMES });
  });
});
