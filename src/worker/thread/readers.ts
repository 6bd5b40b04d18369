import { Piscina } from 'piscina';
import { modulePath } from '../../kit/node.ts';
import type { ReadRequest } from './reading.ts';

export interface ReadersOptions {
  /** How many files are read at once. */
  readonly threads: number;
  /** Of JavaScript's heap, for each thread: a table that fills it ends its reader, and the reader alone. */
  readonly heapMegabytes: number;
  readonly onError: (error: unknown) => void;
}

/**
 * Threads that read datasets for those that train. A thread that is ended while DuckDB works for it, or is loaded, takes the whole process with it: the binding
 * throws where nobody can catch (`terminate called after throwing an instance of 'Napi::Error'`, @duckdb/node-api 1.5.5). Threads that train
 * are ended by force at times; these never are in the middle of their work. One at a time, so that a full heap finds DuckDB idle.
 */
export interface Readers {
  warmUp(): Promise<void>;
  read(request: ReadRequest): void;
  /** Resolves when nothing is read any more. What nobody waits for any longer ends soon. */
  close(): Promise<void>;
}

/** Kept with DuckDB loaded, so that a job that comes after a quiet time starts at once. */
const WARM_READERS = 1;
const IDLE_MS = 60_000;

export function createReaders({ threads, heapMegabytes, onError }: ReadersOptions): Readers {
  const piscina = new Piscina<ReadRequest | null, void>({
    filename: modulePath(import.meta.url, './readerThread'),
    name: 'answerRead',
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
    // Whoever waits at the other end hears of a reader's death by the end of its port.
    read: (request) => void track(piscina.run(request, { transferList: [request.port] })).catch(() => {}),
    async close() {
      // Piscina's own `close` ends threads in mid-work after a while.
      await Promise.allSettled(running);
      await piscina.destroy();
    },
  };
}
