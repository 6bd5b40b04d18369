import type { Clock } from '../../kit/clock.ts';
import type { Prepared } from '../../training/prepare.ts';

/** What one job has of the data that it shares with others. */
export interface PreparedDataEntry {
  /** Null: whoever holds this makes it. */
  readonly prepared: Prepared | null;
  /** Hands on what was made, in memory that threads share. */
  provide(prepared: Prepared): void;
  /** Whoever was to make it does not, or will not share it: the next one that waits does. */
  abandon(): void;
  /** The job is done with it. */
  release(): void;
}

/** Data that are read, parted and fitted once for all jobs that need the same. */
export interface PreparedDataCache {
  /** Waits while another job makes what `key` names. Undefined when `signal` is aborted before. */
  acquire(key: string, signal: AbortSignal): Promise<PreparedDataEntry | undefined>;
  /** How many are kept. */
  count(): number;
}

/** What no running job needs is kept for so long: the next trial of a sweep comes at once, or after its search has looked at those before. */
const IDLE_MS = 10_000;
/** More than that is dropped as soon as another is made, the longest unused first. Running jobs have theirs in their estimates. */
const MAX_IDLE_BYTES = 128 * 2 ** 20;

interface Entry {
  prepared: Prepared | null;
  users: number;
  usedAt: number;
  /** Resolves when it is made, or is not going to be. */
  readonly settled: PromiseWithResolvers<void>;
}

export function createPreparedDataCache(
  clock: Clock,
  idleMs = IDLE_MS,
  maxIdleBytes = MAX_IDLE_BYTES,
): PreparedDataCache {
  // In the order in which they were last taken.
  const entries = new Map<string, Entry>();
  let isWatched = false;

  const isIdle = ({ users }: Entry) => users === 0;
  const dropOld = () => {
    isWatched = false;
    for (const [key, entry] of entries) if (isIdle(entry) && clock() - entry.usedAt >= idleMs) entries.delete(key);
    watch();
  };
  const watch = () => {
    if (isWatched || ![...entries.values()].some(isIdle)) return;
    isWatched = true;
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
        watch();
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
