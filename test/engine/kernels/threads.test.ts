import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { Kernels } from '../../../src/engine/kernels/kernels.ts';
import { until } from '../../support/until.ts';
import { BACKENDS } from '../backends.ts';
import { fill, SHARED_WORK, SIZE } from './sharedWork.ts';

const NATIVE = BACKENDS.filter(({ name }) => name.startsWith('native'));

describe.each(NATIVE)('the threads of the $name backend', ({ createKernels }) => {
  const created: Kernels[] = [];
  const create = (threads: number) => {
    const kernels = createKernels(SIZE);
    created.push(kernels);
    kernels.setThreads(threads);
    fill(kernels);
    return kernels;
  };
  // A collected backend ends its helpers, but at an unknown time.
  afterEach(() => {
    for (const kernels of created.splice(0)) kernels.setThreads(1);
  });

  it.each(SHARED_WORK)('give the same bits in $name for any number of threads', ({ run }) => {
    const [alone, ...shared] = [1, 2, 3, 5].map((threads) => {
      const kernels = create(threads);
      const returned = run(kernels);
      return { returned, values: bytesOf(kernels.values), indices: bytesOf(kernels.indices) };
    });
    for (const { returned, values, indices } of shared) {
      expect(returned).toBe(alone.returned);
      expect(values.equals(alone.values)).toBe(true);
      expect(indices.equals(alone.indices)).toBe(true);
    }
  });

  it('start with the first shared work, and end when their number is reduced', async () => {
    const kernels = create(4);
    await until(helpers, (count) => count === 0);
    SHARED_WORK[0].run(kernels);
    expect(helpers()).toBe(3);
    kernels.setThreads(2);
    await until(helpers, (count) => count === 0);
    SHARED_WORK[0].run(kernels);
    expect(helpers()).toBe(1);
    kernels.setThreads(1);
    await until(helpers, (count) => count === 0);
  });

  it.each([0, -1, 1.5, 257, Number.NaN])('cannot be %d', (threads) => {
    const kernels = create(1);
    expect(() => kernels.setThreads(threads)).toThrow(RangeError);
  });
});

describe.skipIf(NATIVE.length === 0)('the helpers of a native backend', () => {
  it('end with the calling thread, even when it is terminated', async () => {
    const worker = new Worker(new URL('./threads/threadPool.ts', import.meta.url));
    await once(worker, 'message');
    expect(helpers()).toBe(2);
    await worker.terminate();
    await until(helpers, (count) => count === 0);
  });
});

describe.each(BACKENDS.filter(({ name }) => !name.startsWith('native')))('the $name backend', ({ createKernels }) => {
  it('has one thread', () => {
    const kernels = createKernels({ numbers: 1, indices: 0 });
    expect(kernels.maxThreads).toBe(1);
    kernels.setThreads(1);
    expect(() => kernels.setThreads(2)).toThrow(RangeError);
  });
});

/**
 * Helper threads of a native backend in this process, by their name. Joined ones may be listed for
 * a moment longer.
 */
function helpers(): number {
  return readdirSync('/proc/self/task').filter((task) => nameOf(task) === 'kernels').length;
}

function nameOf(task: string): string | null {
  try {
    return readFileSync(`/proc/self/task/${task}/comm`, 'utf8').trim();
  } catch {
    return null;
  }
}

function bytesOf(numbers: Kernels['values'] | Kernels['indices']): Buffer {
  return Buffer.from(numbers.slice().buffer);
}
