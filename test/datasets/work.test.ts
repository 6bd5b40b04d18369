import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSession, type Session } from '../../src/datasets/duckdb/duckdb.ts';
import { ingest, LINES_FILE, ROWS_FILE, TEXT_FILE } from '../../src/datasets/ingest/ingest.ts';
import { type Ingested, TABLE_FILE, UPLOAD_FILE } from '../../src/datasets/ingest/protocol/messages.ts';
import { DATASET_LIMITS } from '../support/datasetLimits.ts';

interface Work {
  readonly ingested: Ingested;
  readonly statements: readonly string[];
  /** Number of scans of the file or of the table of its cells. */
  readonly passes: number;
  /** Attempts to parse a time, in all statements. */
  readonly parsers: number;
}

/** Parses a file as the ingestion process does, and counts the work of DuckDB. */
async function workFor(content: string): Promise<Work> {
  const [folder, before] = [mkdtempSync(join(tmpdir(), 'trainyard-work-')), process.cwd()];
  writeFileSync(join(folder, UPLOAD_FILE), content);
  process.chdir(folder);
  onTestFinished(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });
  const files = [UPLOAD_FILE, TEXT_FILE, LINES_FILE, ROWS_FILE, TABLE_FILE];
  const session = await openSession({ memoryBytes: 2 ** 31, threads: 2, files, spillFolder: null });
  const statements: string[] = [];
  const counted: Session = {
    ...session,
    query: (sql) => {
      statements.push(sql);
      return session.query(sql);
    },
  };
  const options = { delimiter: null, header: null, nullValues: null, types: [] };
  const ingested = await ingest(counted, { format: null, charset: null, options, limits: DATASET_LIMITS.table });
  session.close();
  return {
    ...{ ingested, statements },
    passes: statements.filter((sql) => /read_csv|read_json_objects|FROM staged/.test(sql)).length,
    parsers: statements.join().split('try_strptime').length,
  };
}

const ROWS = 30;

function csv(columns: number, cell: (row: number, column: number) => string): string {
  const line = (values: (column: number) => string) => Array.from({ length: columns }, (_, i) => values(i)).join(',');
  return `${[line((i) => `c${i}`), ...Array.from({ length: ROWS }, (_, row) => line((i) => cell(row, i)))].join('\n')}\n`;
}

function ndjson(keys: number): string {
  const row = (number: number) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, i) => [`k${i}`, number * i])));
  return Array.from({ length: ROWS }, (_, number) => `${row(number)}\n`).join('');
}

describe('the work of parsing', () => {
  it.each([
    ['words', (row: number, column: number) => `w${(row * column) % 7}`],
    ['numbers', (row: number, column: number) => String(row / (column + 1))],
    ['days', (row: number) => `2024-05-${String(row + 1).padStart(2, '0')}`],
  ])('passes over a file of %s and tries formats as often for thousands of columns as for a few', async (_, cell) => {
    const [few, many] = [await workFor(csv(20, cell)), await workFor(csv(4000, cell))];
    expect(many.ingested.columns).toHaveLength(4000);
    // One more scan stores the cells of a wide table.
    expect(many.passes).toBeLessThanOrEqual(few.passes + 1);
    expect(many.parsers).toBeLessThanOrEqual(few.parsers);
    expect(many.statements.length).toBeLessThanOrEqual(few.statements.length + 10);
  });

  it('parses thousands of columns of repeated words within the memory limit', async () => {
    const { ingested } = await workFor(csv(4000, (row, column) => ((row + column) % 2 === 0 ? 'x' : 'y')));
    expect(ingested.columns.at(-1)).toMatchObject({ type: 'categorical', distinct: 2 });
  });

  it('reads thousands of columns with one thread, because each thread needs memory for every column', async () => {
    const readsOf = async (columns: number) =>
      (await workFor(csv(columns, (row) => `w${row}`))).statements.filter((sql) => sql.includes('auto_detect = false'));
    for (const sql of await readsOf(20)) expect(sql).not.toContain('parallel = false');
    for (const sql of await readsOf(4000)) expect(sql).toContain('parallel = false');
  });

  it('reads the keys of JSON once, not once per key', async () => {
    const [few, many] = [await workFor(ndjson(20)), await workFor(ndjson(4000))];
    expect(many.ingested.columns.slice(-1)).toMatchObject([{ name: 'k3999', type: 'numeric', distinct: ROWS }]);
    expect(many.passes).toBeLessThanOrEqual(few.passes + 1);
    // A path for each key would need a search through the whole object.
    expect(many.statements.filter((sql) => sql.includes('json_extract_string'))).toHaveLength(1);
    expect(many.statements.some((sql) => sql.includes('/k3999'))).toBe(false);
  });
});

describe('wide JSON', () => {
  it('preserves the order of the rows, and the columns of keys that rows lack, repeat or reorder', async () => {
    const wide = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`k${i}`, `v${i}`]));
    const rows = [
      JSON.stringify(wide),
      JSON.stringify(Object.fromEntries(Object.entries(wide).reverse())),
      '{}',
      '{"k1": "first", "k1": "second", "A": 1, "a": 2, "x/y~z": null}',
      JSON.stringify({ ...wide, k0: { deep: [1] } }),
    ];
    const { ingested, statements } = await workFor(`${rows.join('\n')}\n`);
    expect(statements.some((sql) => sql.includes('staged'))).toBe(true);
    expect(ingested.rows).toBe(5);
    expect(ingested.columns.map(({ name }) => name).slice(-5)).toEqual(['k148', 'k149', 'A', 'a', 'x/y~z']);
    const folder = process.cwd();
    const session = await openSession({ memoryBytes: 2 ** 28, threads: 1, folders: [folder], spillFolder: null });
    const cells = await session.query(`SELECT c0, c1, c149, c150, c151, c152 FROM '${folder}/${TABLE_FILE}'`);
    session.close();
    expect(cells).toEqual([
      ['v0', 'v1', 'v149', null, null, null],
      ['v0', 'v1', 'v149', null, null, null],
      [null, null, null, null, null, null],
      [null, 'second', null, 1, 2, null],
      ['{"deep":[1]}', 'v1', 'v149', null, null, null],
    ]);
  });
});
