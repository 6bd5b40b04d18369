import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTable } from '../../src/datasets/rows/readTable.ts';
import { startDatasets, type TestService } from './support/service.ts';
import { upload } from './support/upload.ts';

let service: TestService;
let file: string;

beforeAll(async () => {
  service = await startDatasets();
  const body =
    'n,word,flag,day,"a ""b""",A\n1,b,true,1970-01-02,x,1.5\n,a,NA,,y,2\n3,,false,1970-01-01,z,\n4,b,true,,z,1\n';
  const { id } = (await upload(service, body)).json();
  file = (await service.datasets.findFile(id)) ?? '';
});
afterAll(() => service.close());

describe('readTable', () => {
  it('returns numbers with NaN and sorted categories with -1 for missing cells', async () => {
    const { rows, columns } = await readTable(file);
    expect(rows).toBe(4);
    expect(columns).toEqual([
      { name: 'n', type: 'numeric', values: Float64Array.of(1, Number.NaN, 3, 4) },
      { name: 'word', type: 'categorical', codes: Int32Array.of(1, 0, -1, 1), categories: ['a', 'b'] },
      { name: 'flag', type: 'boolean', values: Float64Array.of(1, Number.NaN, 0, 1) },
      { name: 'day', type: 'datetime', values: Float64Array.of(86_400_000, Number.NaN, 0, Number.NaN) },
      { name: 'a "b"', type: 'categorical', codes: Int32Array.of(0, 1, 2, 2), categories: ['x', 'y', 'z'] },
      { name: 'A', type: 'numeric', values: Float64Array.of(1.5, 2, Number.NaN, 1) },
    ]);
  });

  it('works in several threads at once', async () => {
    const module = new URL('./support/readTableThread.ts', import.meta.url);
    const threads = Array.from({ length: 4 }, () => new Worker(module, { workerData: file }));
    const answers = await Promise.all(threads.map((thread) => once(thread, 'message')));
    expect(answers).toEqual(Array(4).fill([6]));
  });
});
