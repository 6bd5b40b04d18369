import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createCachedTableFinder, createTableFinder } from '../../src/datasets/stored/tableFiles.ts';
import { createFolderBlobs } from '../../src/store/blobs/folder.ts';

it.each([
  ['each time', createTableFinder],
  ['with a cache', createCachedTableFinder],
])('a table, checked %s, is missing while its file is missing or truncated', async (_how, createFinder) => {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-tables-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'table.parquet');
  const find = createFinder(createFolderBlobs(folder));
  writeFileSync(file, 'PAR1 torn');
  expect(await find('table.parquet')).toBeUndefined();
  writeFileSync(file, 'PAR1 whole PAR1');
  expect(await find('table.parquet')).toBe(file);
  expect(await find('table.parquet')).toBe(file);
  rmSync(file);
  expect(await find('table.parquet')).toBeUndefined();
  writeFileSync(file, 'PAR1 whole PAR1');
  expect(await find('table.parquet')).toBe(file);
  truncateSync(file, 6);
  expect(await find('table.parquet')).toBeUndefined();
});
