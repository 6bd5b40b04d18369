import { describe, expect, it, vi } from 'vitest';
import type { Prepared } from '../../src/training/prepare.ts';
import { createPreparedDataCache, type PreparedDataEntry } from '../../src/worker/run/preparedDataCache.ts';
import { SPLIT } from '../support/split.ts';

const NEVER = new AbortController().signal;

function preparedOf(rows: number): Prepared {
  return {
    features: { version: 1, columns: [] },
    target: { kind: 'classes', column: 'kind', classes: ['a', 'b'] },
    rows: { training: rows, validation: 0, test: 0 },
    split: SPLIT,
    warnings: [],
    ...{ X: new Float32Array(rows), codes: new Int32Array(0), weights: null },
    ...{ T: new Float64Array(0), actual: new Float64Array(0) },
  };
}

async function acquired(acquiring: Promise<PreparedDataEntry | undefined>): Promise<PreparedDataEntry> {
  const entry = await acquiring;
  if (entry === undefined) throw new Error('The entry was not acquired.');
  return entry;
}

describe('the prepared data that jobs share', () => {
  it('is made by the first job, and the second job waits for it', async () => {
    const cache = createPreparedDataCache(Date.now);
    const first = await acquired(cache.acquire('a', NEVER));
    expect(first.prepared).toBeNull();
    const second = acquired(cache.acquire('a', NEVER));
    const made = preparedOf(3);
    first.provide(made);
    expect((await second).prepared).toBe(made);
    first.release();
    expect((await acquired(cache.acquire('a', NEVER))).prepared).toBe(made);
  });

  it.each(['release', 'abandon'] as const)('is made by the next job, once, if the first fails (%s)', async (leave) => {
    const cache = createPreparedDataCache(Date.now);
    const first = await acquired(cache.acquire('a', NEVER));
    const waiting = [acquired(cache.acquire('a', NEVER)), acquired(cache.acquire('a', NEVER))];
    first[leave]();
    const next = await Promise.race(waiting);
    expect(next.prepared).toBeNull();
    const made = preparedOf(3);
    next.provide(made);
    expect((await Promise.all(waiting)).map(({ prepared }) => prepared)).toEqual([null, made]);
  });

  it('is not shared between keys', async () => {
    const cache = createPreparedDataCache(Date.now);
    await acquired(cache.acquire('a', NEVER));
    expect((await acquired(cache.acquire('b', NEVER))).prepared).toBeNull();
  });

  it('is no longer awaited by a job that is stopped', async () => {
    const cache = createPreparedDataCache(Date.now);
    await acquired(cache.acquire('a', NEVER));
    const stopped = new AbortController();
    const waiting = cache.acquire('a', stopped.signal);
    stopped.abort();
    expect(await waiting).toBeUndefined();
  });

  it('stays while a job uses it, and is dropped some time after the last one', async () => {
    vi.useFakeTimers();
    try {
      const cache = createPreparedDataCache(Date.now, 1000);
      const first = await acquired(cache.acquire('a', NEVER));
      first.provide(preparedOf(3));
      const second = await acquired(cache.acquire('a', NEVER));
      first.release();
      vi.advanceTimersByTime(5000);
      expect(cache.count()).toBe(1);
      second.release();
      vi.advanceTimersByTime(999);
      expect(cache.count()).toBe(1);
      vi.advanceTimersByTime(1001);
      expect(cache.count()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('has bounded memory: the least recently used is dropped, and no data in use', async () => {
    const floats = 4 * 100;
    const cache = createPreparedDataCache(Date.now, 1e6, 2 * floats);
    const make = async (key: string) => {
      const entry = await acquired(cache.acquire(key, NEVER));
      if (entry.prepared === null) entry.provide(preparedOf(100));
      return entry;
    };
    const used = await make('used');
    for (const key of ['a', 'b', 'c', 'd', 'e']) (await make(key)).release();
    // The limit is enforced when an entry is added, so the last one may exceed it.
    expect(cache.count()).toBe(1 + 3);
    const isCached = async (key: string) => (await acquired(cache.acquire(key, NEVER))).prepared !== null;
    expect([await isCached('used'), await isCached('e'), await isCached('a')]).toEqual([true, true, false]);
    used.release();
  });
});
