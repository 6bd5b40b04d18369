import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createCompletenessCache } from '../../src/datasets/folders.ts';

it('a file that was whole counts as lost once it is gone or cut off, and as there when it is back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-folders-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'table.parquet');
  const isStillWhole = createCompletenessCache();
  writeFileSync(file, 'PAR1 torn');
  expect(await isStillWhole(file)).toBe(false);
  writeFileSync(file, 'PAR1 whole PAR1');
  expect(await isStillWhole(file)).toBe(true);
  expect(await isStillWhole(file)).toBe(true);
  rmSync(file);
  expect(await isStillWhole(file)).toBe(false);
  writeFileSync(file, 'PAR1 whole PAR1');
  expect(await isStillWhole(file)).toBe(true);
  truncateSync(file, 6);
  expect(await isStillWhole(file)).toBe(false);
});
