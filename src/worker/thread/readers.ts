import { Piscina } from 'piscina';
import { modulePath } from '../../kit/node.ts';
import type { ReadRequest } from './reading.ts';

export interface ReadersOptions {
  /** The number of files that are read at once. */
  readonly threads: number;
  /** Limit of the JavaScript heap of each thread: a table that fills it ends only its reader. */
  readonly heapMegabytes: number;
  readonly onError: (error: unknown) => void;
}

/**
 * Threads that read datasets for the training threads. Terminating a thread while DuckDB works for
 * it, or is loaded, crashes the whole process: the binding throws an error that cannot be caught
 * (`terminate called after throwing an instance of 'Napi::Error'`, @duckdb/node-api 1.5.5).
 * Training threads are sometimes terminated by force, reader threads never during a read. A thread
 * reads one file at a time, so that DuckDB is idle when the heap is full.
 */
export interface Readers {
  warmUp(): Promise<void>;
  read(request: ReadRequest): void;
  /** Resolves when all reads have ended. Reads whose requester is gone end early. */
  close(): Promise<void>;
}

/** Idle threads with DuckDB loaded, so that a job starts at once after an idle time. */
const WARM_READERS = 1;
const IDLE_MS = 60_000;

export function createReaders({ threads, heapMegabytes, onError }: ReadersOptions): Readers {
  const piscina = new Piscina<ReadRequest | null, void>({
    filename: modulePath(import.meta.url, './readerThread'),
    name: 'respondToRead',
    minThreads: WARM_READERS,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    idleTimeout: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  });
  piscina.on('error', onError);
  const running = new Set<Promise<void>>();
  const track = (task: Promise<void>) => {
    running.add(task);
    return task.finally(() => running.delete(task));
  };
  return {
    warmUp: () => track(piscina.run(null, { name: 'warmUp' })),
    // When a reader dies, its port closes, which the requester detects.
    read: (request) => void track(piscina.run(request, { transferList: [request.port] })).catch(() => {}),
    async close() {
      // `close` of Piscina terminates threads during their work after a timeout.
      await Promise.allSettled(running);
      await piscina.destroy();
    },
  };
}
