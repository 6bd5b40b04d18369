import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { appendResult, hasRun, meanAndDeviation, readResults } from './results.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-results-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('adds results to a file, and finds the runs that it has', () => {
  const file = join(folder, 'new/results.ndjson');
  expect(readResults(file)).toEqual([]);
  const key = { dataset: 'adult', program: 'fast', seed: 1 };
  const results = [1, 2].map((seed) => ({
    ...key,
    seed,
    metric: 'accuracy',
    test: 0.87,
    wallSeconds: 8,
    cpuSeconds: 15,
  }));
  for (const result of results) appendResult(file, result);
  expect(readResults(file)).toEqual(results);
  expect(hasRun(readResults(file), { ...key, seed: 2 })).toBe(true);
  expect(hasRun(readResults(file), { ...key, seed: 3 })).toBe(false);
});

it('computes the mean and the sample deviation', () => {
  expect(meanAndDeviation([1, 2, 3, 6])).toEqual({ mean: 3, deviation: Math.sqrt(14 / 3) });
  expect(meanAndDeviation([5])).toEqual({ mean: 5, deviation: 0 });
});
