import { expect, it } from 'vitest';
import { estimateMemory } from '../../../src/training/estimate/memory.ts';
import { sizeIssues } from '../../../src/training/estimate/sizeIssues.ts';
import { specFor } from '../profile.ts';
import { flowers } from '../tables.ts';

const SHAPE = {
  rows: 100_000,
  columns: [
    { name: 'kind', type: 'categorical', missing: 0, distinct: 3 },
    { name: 'width', type: 'numeric', missing: 0, distinct: 1000 },
  ],
} as const;
const MEGABYTE = 2 ** 20;

function spec(units: number, batchSize: number | 'full') {
  return specFor(flowers(300), {
    target: 'kind',
    network: { layers: [{ units }, { units: 8 }] },
    training: { batchSize },
  });
}

it('has no issue with a training that fits', () => {
  expect(sizeIssues(spec(64, 32), SHAPE, 1000 * MEGABYTE)).toEqual([]);
});

it('names the largest batch and the widest layers that fit, each of which is enough', () => {
  const [limit, wide] = [1000 * MEGABYTE, spec(2000, 'full')];
  const [batch, layers] = sizeIssues(wide, SHAPE, limit);
  expect([batch?.path, layers?.path]).toEqual(['/training/batchSize', '/network/layers']);
  const rows = Number(/batchSize of at most (\d+)/.exec(batch?.message ?? '')?.[1]);
  const units = Number(/layers of at most (\d+)/.exec(layers?.message ?? '')?.[1]);
  expect(estimateMemory(spec(2000, rows), SHAPE)).toBeLessThanOrEqual(limit);
  expect(estimateMemory(spec(2000, rows + 1), SHAPE)).toBeGreaterThan(limit);
  expect(estimateMemory(spec(units, 'full'), SHAPE)).toBeLessThanOrEqual(limit);
  expect(batch?.message).toMatch(/needs about \d+ MB of memory; the limit of a job is 1000 MB/);
});

it('suggests no batch if the parameters alone are too many', () => {
  const deep = specFor(flowers(300), {
    target: 'kind',
    network: { layers: Array.from({ length: 64 }, () => ({ units: 16_384 })) },
    training: { batchSize: 1_000_000 },
  });
  const issues = sizeIssues(deep, SHAPE, 1000 * MEGABYTE);
  expect(issues.map(({ path }) => path)).toEqual(['/network/layers']);
});

it('says that the table is too large if nothing else is', () => {
  const issues = sizeIssues(spec(1, 1), SHAPE, 64 * MEGABYTE);
  expect(issues).toMatchObject([{ path: '/datasetId', message: expect.stringContaining('fewer rows or columns') }]);
});
