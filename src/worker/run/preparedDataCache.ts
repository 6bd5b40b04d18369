import type { Clock } from '../../kit/clock.ts';
import type { Prepared } from '../../training/prepare.ts';

/** A job's use of an entry of the cache. */
export interface PreparedDataEntry {
  /** Null: this job prepares the data. */
  readonly prepared: Prepared | null;
  /** Stores the prepared data for other jobs. It must be in shared memory. */
  provide(prepared: Prepared): void;
  /** This job will not provide the data: the next waiting job prepares it. */
  abandon(): void;
  /** The job no longer uses the data. */
  release(): void;
}

/** Caches data that was read, split and fitted, so that all jobs with the same key share it. */
export interface PreparedDataCache {
  /** Waits while another job prepares the data of `key`. Undefined if `signal` is aborted first. */
  acquire(key: string, signal: AbortSignal): Promise<PreparedDataEntry | undefined>;
  /** The number of cached entries. */
  count(): number;
}

/**
 * How long unused data stays: the next trial of a sweep starts at once, or after its search has
 * evaluated the earlier ones.
 */
const IDLE_MS = 10_000;
/**
 * Limit of unused data, enforced when an entry is added: the least recently used is dropped first.
 * The memory estimates of running jobs include the data in use.
 */
const MAX_IDLE_BYTES = 128 * 2 ** 20;

interface Entry {
  prepared: Prepared | null;
  users: number;
  usedAt: number;
  /** Resolves when the data is provided or abandoned. */
  readonly settled: PromiseWithResolvers<void>;
}

export function createPreparedDataCache(
  clock: Clock,
  idleMs = IDLE_MS,
  maxIdleBytes = MAX_IDLE_BYTES,
): PreparedDataCache {
  // Least recently used first.
  const entries = new Map<string, Entry>();
  let isScheduled = false;

  const isIdle = ({ users }: Entry) => users === 0;
  const dropOld = () => {
    isScheduled = false;
    for (const [key, entry] of entries) if (isIdle(entry) && clock() - entry.usedAt >= idleMs) entries.delete(key);
    scheduleDrop();
  };
  const scheduleDrop = () => {
    if (isScheduled || ![...entries.values()].some(isIdle)) return;
    isScheduled = true;
    setTimeout(dropOld, idleMs).unref();
  };
  const evict = () => {
    const idle = [...entries].filter(([, entry]) => isIdle(entry));
    let bytes = idle.reduce((sum, [, { prepared }]) => sum + bytesOf(prepared), 0);
    for (const [key, { prepared }] of idle) {
      if (bytes <= maxIdleBytes) return;
      entries.delete(key);
      bytes -= bytesOf(prepared);
    }
  };

  const acquireEntry = (key: string, entry: Entry): PreparedDataEntry => {
    entry.users += 1;
    entries.delete(key);
    entries.set(key, entry);
    const abandon = () => {
      if (entry.prepared !== null || entries.get(key) !== entry) return;
      entries.delete(key);
      entry.settled.resolve();
    };
    const { prepared } = entry;
    return {
      prepared,
      provide(made) {
        entry.prepared ??= made;
        entry.settled.resolve();
      },
      abandon,
      release() {
        if (prepared === null) abandon();
        entry.users -= 1;
        entry.usedAt = clock();
        scheduleDrop();
      },
    };
  };

  return {
    async acquire(key, signal) {
      for (;;) {
        if (signal.aborted) return undefined;
        const entry = entries.get(key);
        if (entry === undefined) {
          evict();
          return acquireEntry(key, { prepared: null, users: 0, usedAt: 0, settled: Promise.withResolvers() });
        }
        if (entry.prepared !== null) return acquireEntry(key, entry);
        await Promise.race([entry.settled.promise, aborted(signal)]);
      }
    },
    count: () => entries.size,
  };
}

function bytesOf(prepared: Prepared | null): number {
  if (prepared === null) return 0;
  const { X, codes, T, actual, weights } = prepared;
  return [X, codes, T, actual, weights].reduce((sum, numbers) => sum + (numbers?.byteLength ?? 0), 0);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
