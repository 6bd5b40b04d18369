import { Piscina } from 'piscina';
import { createReaders } from './readers.ts';
import { isReadRequest } from './reading.ts';
import type { ThreadResult, ThreadSetup, ThreadTask } from './threadTask.ts';

export interface PoolOptions {
  /** The module whose `warmUp` and `runTask` the threads run: `thread.ts`, or a test's. */
  readonly module: string;
  readonly setup: ThreadSetup;
  /** How many jobs train at once. */
  readonly threads: number;
  /** Of JavaScript's heap, for each thread: a job that fills it ends its thread. Typed arrays do not count. */
  readonly heapMegabytes?: number;
  /** A thread died without a job: it could not start, most likely, and the next could not either. */
  readonly onError: (error: unknown) => void;
}

export interface Pool {
  /** Resolves when a thread has everything loaded; rejects when it cannot start, and so could no other. */
  warmUp(): Promise<void>;
  /**
   * Rejects when the thread dies; other threads go on and the pool makes a new one. `signal` ends the thread, whatever it does: no other task is
   * on it.
   */
  run(task: ThreadTask, signal: AbortSignal): Promise<ThreadResult>;
  /** Ends all threads, whatever they do. Those that read for them come to their end. */
  close(): Promise<void>;
}

/** So many threads are kept with everything loaded, so that a small job starts at once. */
const WARM_THREADS = 2;
const IDLE_MS = 60_000;
/** The categories of the widest tables are strings; what weighs most lies outside of the heap. */
const HEAP_MEGABYTES = 4_096;

export function createPool({ module, setup, threads, onError, heapMegabytes = HEAP_MEGABYTES }: PoolOptions): Pool {
  const piscina = new Piscina<unknown, ThreadResult>({
    filename: module,
    name: 'runTask',
    workerData: setup,
    minThreads: Math.min(WARM_THREADS, threads),
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    idleTimeout: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  });
  piscina.on('error', onError);
  const readers = createReaders({ threads, heapMegabytes, onError });
  piscina.on('message', (message) => isReadRequest(message) && readers.read(message));
  return {
    async warmUp() {
      await Promise.all([piscina.run(null, { name: 'warmUp' }), readers.warmUp()]);
    },
    run: (task, signal) => piscina.run(task, { transferList: transferable(task), signal }),
    async close() {
      await piscina.destroy();
      await readers.close();
    },
  };
}

/** What goes over to the thread without a copy. */
function transferable({ port, checkpoint }: ThreadTask) {
  const buffers = [checkpoint?.values.buffer, checkpoint?.bestParameters?.buffer];
  return [port, ...buffers.filter((buffer) => buffer instanceof ArrayBuffer)];
}
