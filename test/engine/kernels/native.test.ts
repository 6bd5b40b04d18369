import { once } from 'node:events';
import { setImmediate as eventsHandled } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { type CreateKernels, type Kernels, NONE } from '../../../src/engine/kernels/kernels.ts';
import { createNativeKernels, type NativeAddon } from '../../../src/engine/kernels/native.ts';
import { addon } from '../addon.ts';
import { multiplyOften } from './threads/product.ts';

describe.skipIf(addon === null)('createNativeKernels', () => {
  // Null only where all of these are skipped, but vitest evaluates them even then.
  const built = addon as NativeAddon;
  const createKernels: CreateKernels = (size) => createNativeKernels(built)(size);

  it('gives each backend its own arena, at a cache line', () => {
    const one = createKernels({ numbers: 10, indices: 1 });
    const other = createKernels({ numbers: 10, indices: 1 });
    one.values.fill(1);
    expect(other.values.every((x) => x === 0)).toBe(true);
    expect(one.values.byteOffset % 64).toBe(0);
  });

  it('works beyond 2 GiB', () => {
    const numbers = 2 ** 29 + 2 ** 20;
    const kernels = createKernels({ numbers, indices: 4 });
    kernels.values.set([1, 2, 3], numbers - 6);
    kernels.gatherRows(numbers - 3, numbers - 6, 0, 1, 3);
    expect(Array.from(kernels.values.subarray(numbers - 3))).toEqual([1, 2, 3]);
  });

  it.each([2 ** 43, 2 ** 60, -1, 1.5, Number.NaN])('rejects an arena of %d numbers', (numbers) => {
    expect(() => createKernels({ numbers, indices: 0 })).toThrow(RangeError);
    expect(() => createKernels({ numbers: 0, indices: numbers })).toThrow(RangeError);
  });

  it('rejects an instruction set that this machine does not have', () => {
    expect(() => createNativeKernels(built, 'mmx')({ numbers: 1, indices: 0 })).toThrow('no such instruction set');
  });

  const WRONG_USES: readonly (readonly [string, (kernels: Kernels) => void])[] = [
    ['a matrix that ends beyond it', (kernels) => kernels.scale(91, 10, 2)],
    ['a matrix that starts beyond it', (kernels) => kernels.scale(1e9, 1, 2)],
    ['a matrix before it', (kernels) => kernels.scale(-1, 10, 2)],
    ['an absent matrix that is required', (kernels) => kernels.softmax(NONE, 0, 2, 5)],
    ['an offset between two numbers', (kernels) => kernels.scale(0.5, 10, 2)],
    ['an offset that is not a number', (kernels) => kernels.scale(Number.NaN, 10, 2)],
    ['a negative size', (kernels) => kernels.scale(0, -1, 2)],
    ['sizes whose product is beyond 2^64', (kernels) => kernels.biasGradient(0, 0, 2 ** 40, 2 ** 40, 1)],
    ['a size that is infinite', (kernels) => kernels.sumOfSquares(0, Number.POSITIVE_INFINITY)],
    ['a product whose W is beyond it', (kernels) => kernels.affine(0, 90, 10, 20, 2, 3, 4)],
    ['more indices than it has', (kernels) => kernels.gatherRows(0, 50, 2, 3, 5)],
    ['indices between two integers', (kernels) => kernels.gatherRows(0, 50, 0.5, 1, 5)],
    ['a negative index', (kernels) => gatherRow(kernels, -1)],
    ['an index of a row beyond it', (kernels) => gatherRow(kernels, 10)],
    ['a code of a row that E does not have', (kernels) => addCodedRow(kernels, 3)],
    ['codes beyond the indices', (kernels) => kernels.addRows(0, NONE, 50, NONE, 1, 2, 3, 2, 5)],
    ['a gradient of codes beyond the indices', (kernels) => kernels.rowGradient(0, 50, 3, 1, 3, 2, 5, 1)],
    ['codes gathered from beyond the indices', (kernels) => kernels.gatherCodes(0, 2, 0, 1, 3)],
    ['a target above the classes', (kernels) => lossOfTarget(kernels, 5)],
    ['a target below the classes', (kernels) => lossOfTarget(kernels, -1)],
    ['a target that is not a number', (kernels) => lossOfTarget(kernels, Number.NaN)],
  ];

  it.each(WRONG_USES)('throws for %s, and changes nothing', (_, use) => {
    const kernels = createKernels({ numbers: 100, indices: 4 });
    kernels.values.fill(1, 0, 90);
    expect(() => use(kernels)).toThrow(RangeError);
    expect(kernels.values.subarray(0, 90).every((x) => x === 1)).toBe(true);
  });

  it('throws for a call of an unknown kernel, or with another number of arguments', () => {
    const arena = built.createArena(built.instructionSets[0], 100, 0);
    const call = new Float64Array(arena.buffer, arena.call, 15);
    for (const kernel of [-1, built.kernels.length, Number.NaN]) {
      call.set([kernel, 0]);
      expect(arena.run).toThrow('no such kernel');
    }
    call.set([built.kernels.indexOf('affine'), 6]);
    expect(arena.run).toThrow('another number of arguments');
  });

  it('releases memory', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage: () => void = runInNewContext('gc');
    const megabytes = 16;
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 60; i++) {
      createKernels({ numbers: megabytes * 2 ** 18, indices: 0 }).values.fill(1);
      collectGarbage();
      await eventsHandled();
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(10 * megabytes * 2 ** 20);
  });

  it('runs in several threads at once', async () => {
    const expected = multiplyOften(1);
    const workers = Array.from({ length: 4 }, () => new Worker(new URL('./threads/product.ts', import.meta.url)));
    const products = await Promise.all(workers.map((worker) => once(worker, 'message')));
    for (const [product] of products) expect(product).toEqual(expected);
  });
});

/** Gathers from a source of 10 rows; only the second index is wrong. */
function gatherRow(kernels: Kernels, row: number): void {
  kernels.indices.set([0, row]);
  kernels.gatherRows(0, 50, 0, 2, 5);
}

/** Adds rows of E (5, 3) for two examples; only the second code is wrong. */
function addCodedRow(kernels: Kernels, code: number): void {
  kernels.indices.set([0, code]);
  kernels.addRows(0, NONE, 50, NONE, 0, 2, 3, 1, 5);
}

/** The loss of two examples with five logits each; only the second target is wrong. */
function lossOfTarget(kernels: Kernels, target: number): void {
  kernels.values.set([0, target], 90);
  kernels.crossEntropy(0, 10, 90, NONE, NONE, 2, 5, 0);
}
