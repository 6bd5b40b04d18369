import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DatasetLimits } from '../../src/datasets/service.ts';
import { createSemaphore } from '../../src/kit/limits/semaphore.ts';
import { DATASET_LIMITS } from '../support/datasetLimits.ts';
import { filesIn, startDatasets } from './support/service.ts';
import { upload } from './support/upload.ts';

async function open(limits: Partial<DatasetLimits> = {}) {
  const service = await startDatasets(limits);
  onTestFinished(service.close);
  return service;
}

describe('a table that is too large', () => {
  const table = { ...DATASET_LIMITS.table, rows: 3, columns: 4, nameLength: 10 };

  it.each([
    ['columns', 'a,b,c,d,e\n1,2,3,4,5\n', '5 columns; the limit is 4'],
    ['rows', 'a,b\n1,2\n1,3\n1,4\n2,5\n', '4 rows; the limit is 3'],
    ['characters in a name', 'a,bcdefghijklm\n1,2\n2,3\n', 'has 12 characters; the limit is 10'],
  ])('by its %s is 413, names the limit and leaves nothing', async (_, csv, words) => {
    const service = await open({ table });
    const answer = await upload(service, csv);
    expect(answer.json()).toMatchObject({ status: 413, code: 'table_too_large' });
    expect(answer.json().detail).toContain(words);
    expect(filesIn(service.folders)).toEqual([]);
  });

  it('is the error of a dataset that is read later', async () => {
    const service = await open({ table });
    const { id } = (await upload(service, 'a,b,c,d,e\n1,2,3,4,5\n', { headers: { prefer: 'respond-async' } })).json();
    const { state, error } = (await service.app.inject(`/v1/datasets/${id}?wait=20`)).json();
    expect([state, error.code]).toEqual(['failed', 'table_too_large']);
  });
});

it('stops the decompression of a bomb, compressed once or twice', async () => {
  const service = await open();
  const bomb = gzipSync(Buffer.alloc(100 * 2 ** 20, '1,2\n'));
  for (const packed of [bomb, gzipSync(bomb)]) {
    const answer = await upload(service, packed);
    expect(answer.json()).toMatchObject({ status: 413, code: 'payload_too_large' });
    expect(answer.json().detail).toContain('200 times');
  }
  expect(filesIn(service.folders)).toEqual([]);
});

it('limits the number of queued uploads', async () => {
  const semaphore = createSemaphore(1, 1);
  const first = Promise.withResolvers<string>();
  const running = semaphore.run(() => first.promise);
  const waiting = semaphore.run(async () => 'second');
  await expect(semaphore.run(async () => 'third')).rejects.toMatchObject({ code: 'overloaded', retryAfterSeconds: 10 });
  first.resolve('first');
  expect(await Promise.all([running, waiting])).toEqual(['first', 'second']);
});
