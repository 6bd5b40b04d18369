import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Kernels } from '../../../src/engine/kernels/kernels.ts';
import { PLAYERS } from '../players.ts';
import { normals } from './numbers.ts';

/** A kernel over the one arena, at sizes that are worth several threads: no multiples of vectors or tiles. */
interface Case {
  readonly name: string;
  readonly play: (kernels: Kernels) => void;
}

const m = 131;
const k = 150;
const n = 173;
const ofRows = m * n;
// The first three matrices are read, the others written.
const W = 0;
const A = W + k * n;
const b = A + m * k;
const Z = b + n;
const dW = Z + ofRows;
const dA = dW + k * n;
const NUMBERS = dA + m * k;

const CASES: readonly Case[] = [
  { name: 'affine', play: (kernels) => kernels.affine(Z, W, A, b, m, k, n) },
  { name: 'weightGradient', play: (kernels) => kernels.weightGradient(dW, Z, A, m, k, n, 1 / m) },
  { name: 'inputGradient', play: (kernels) => kernels.inputGradient(dA, W, Z, m, k, n) },
];
const START = normals(NUMBERS, 3);

const NATIVE = PLAYERS.filter(({ name }) => name.startsWith('native'));

describe.each(NATIVE)('the threads of the $name player', ({ createKernels }) => {
  const created: Kernels[] = [];
  const create = (threads: number) => {
    const kernels = createKernels({ numbers: NUMBERS, indices: 0 });
    created.push(kernels);
    kernels.setThreads(threads);
    kernels.values.set(START);
    return kernels;
  };
  // A player that is let go ends its helpers, but nobody knows when.
  afterEach(() => {
    for (const kernels of created.splice(0)) kernels.setThreads(1);
  });

  it.each(CASES)('give the same bits in $name, however many they are', ({ play }) => {
    const [alone, ...shared] = [1, 2, 3, 5].map((threads) => {
      const kernels = create(threads);
      play(kernels);
      return Buffer.from(kernels.values.slice().buffer);
    });
    expect(alone.equals(Buffer.from(Float32Array.from(START).buffer))).toBe(false);
    expect(shared.map((values) => values.equals(alone))).toEqual([true, true, true]);
  });

  it('start when there is something to share, and end when there are to be fewer', async () => {
    const kernels = create(4);
    await vi.waitFor(() => expect(helpers()).toBe(0));
    kernels.affine(Z, W, A, b, m, k, n);
    expect(helpers()).toBe(3);
    kernels.setThreads(2);
    await vi.waitFor(() => expect(helpers()).toBe(0));
    kernels.affine(Z, W, A, b, m, k, n);
    expect(helpers()).toBe(1);
    kernels.setThreads(1);
    await vi.waitFor(() => expect(helpers()).toBe(0));
  });

  it.each([0, -1, 1.5, 257, Number.NaN])('cannot be %d', (threads) => {
    const kernels = create(1);
    expect(() => kernels.setThreads(threads)).toThrow(RangeError);
  });
});

describe.skipIf(NATIVE.length === 0)('the helpers of a native player', () => {
  it('end with the thread that plays, although it is ended by force', async () => {
    const worker = new Worker(new URL('./threads/crew.ts', import.meta.url));
    await once(worker, 'message');
    expect(helpers()).toBe(2);
    await worker.terminate();
    await vi.waitFor(() => expect(helpers()).toBe(0));
  });
});

describe.each(PLAYERS.filter(({ name }) => !name.startsWith('native')))('the $name player', ({ createKernels }) => {
  it('has one thread', () => {
    const kernels = createKernels({ numbers: 1, indices: 0 });
    expect(kernels.mostThreads).toBe(1);
    kernels.setThreads(1);
    expect(() => kernels.setThreads(2)).toThrow(RangeError);
  });
});

/** Threads of this process that help a native player, by their name. Those that were waited for may be listed a moment longer. */
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
