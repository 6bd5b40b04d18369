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

async function taken(preparation: Promise<PreparedDataEntry | undefined>): Promise<PreparedDataEntry> {
  const there = await preparation;
  if (there === undefined) throw new Error('it was not waited for');
  return there;
}

describe('what jobs share', () => {
  it('is made by the first, and the second waits for it', async () => {
    const preparations = createPreparedDataCache(Date.now);
    const first = await taken(preparations.acquire('a', NEVER));
    expect(first.prepared).toBeNull();
    const second = taken(preparations.acquire('a', NEVER));
    const made = preparedOf(3);
    first.provide(made);
    expect((await second).prepared).toBe(made);
    first.release();
    expect((await taken(preparations.acquire('a', NEVER))).prepared).toBe(made);
  });

  it.each(['release', 'abandon'] as const)('is made by the next where the first does not (%s), once', async (leave) => {
    const preparations = createPreparedDataCache(Date.now);
    const first = await taken(preparations.acquire('a', NEVER));
    const waiting = [taken(preparations.acquire('a', NEVER)), taken(preparations.acquire('a', NEVER))];
    first[leave]();
    const next = await Promise.race(waiting);
    expect(next.prepared).toBeNull();
    const made = preparedOf(3);
    next.provide(made);
    expect((await Promise.all(waiting)).map(({ prepared }) => prepared)).toEqual([null, made]);
  });

  it('is of one name', async () => {
    const preparations = createPreparedDataCache(Date.now);
    await taken(preparations.acquire('a', NEVER));
    expect((await taken(preparations.acquire('b', NEVER))).prepared).toBeNull();
  });

  it('is no longer waited for by a job that is stopped', async () => {
    const preparations = createPreparedDataCache(Date.now);
    await taken(preparations.acquire('a', NEVER));
    const stopped = new AbortController();
    const waiting = preparations.acquire('a', stopped.signal);
    stopped.abort();
    expect(await waiting).toBeUndefined();
  });

  it('stays while a job uses it, and is dropped some time after the last one', async () => {
    vi.useFakeTimers();
    try {
      const preparations = createPreparedDataCache(Date.now, 1000);
      const first = await taken(preparations.acquire('a', NEVER));
      first.provide(preparedOf(3));
      const second = await taken(preparations.acquire('a', NEVER));
      first.release();
      vi.advanceTimersByTime(5000);
      expect(preparations.count()).toBe(1);
      second.release();
      vi.advanceTimersByTime(999);
      expect(preparations.count()).toBe(1);
      vi.advanceTimersByTime(1001);
      expect(preparations.count()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('takes bounded memory: the longest unused is dropped, and nothing that is used', async () => {
    const floats = 4 * 100;
    const preparations = createPreparedDataCache(Date.now, 1e6, 2 * floats);
    const make = async (key: string) => {
      const preparation = await taken(preparations.acquire(key, NEVER));
      if (preparation.prepared === null) preparation.provide(preparedOf(100));
      return preparation;
    };
    const used = await make('used');
    for (const key of ['a', 'b', 'c', 'd', 'e']) (await make(key)).release();
    // What is made last may be more than that, until another is made.
    expect(preparations.count()).toBe(1 + 3);
    const there = async (key: string) => (await taken(preparations.acquire(key, NEVER))).prepared !== null;
    expect([await there('used'), await there('e'), await there('a')]).toEqual([true, true, false]);
    used.release();
  });
});
