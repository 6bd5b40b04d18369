import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { literal } from '../../../src/formats/types/sql.ts';
import type { Rows } from './writing.ts';

/** A Parquet file. Cells that are no values of their column's type are NULL; default: VARCHAR. */
export function parquetBytes({ names, rows }: Rows, types: ReadonlyMap<string, string>): Promise<Buffer> {
  const values = rows.map((cells) => `(${cells.map((cell) => literal(cell)).join(', ')})`).join(', ');
  const casts = names.map(
    (name, index) => `TRY_CAST(c${index} AS ${types.get(name) ?? 'VARCHAR'}) AS "${name.replaceAll('"', '""')}"`,
  );
  const source = `(VALUES ${values}) AS t(${names.map((_, index) => `c${index}`).join(', ')})`;
  return parquetOf(`SELECT ${casts.join(', ')} FROM ${source}`);
}

/** The first rows of a Parquet file as another one. */
export function firstParquetRows(file: string, rows: number): Promise<Buffer> {
  return parquetOf(`SELECT * FROM read_parquet(${literal(file)}) LIMIT ${rows}`);
}

async function parquetOf(select: string): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-parquet-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const file = join(folder, 'rows.parquet');
    await connection.run(`COPY (${select}) TO ${literal(file)} (FORMAT parquet)`);
    return readFileSync(file);
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true });
  }
}
