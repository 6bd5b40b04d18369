import { Piscina } from 'piscina';
import { createReaders } from './readers.ts';
import { isReadRequest } from './reading.ts';
import type { ThreadResult, ThreadSetup, ThreadTask } from './threadTask.ts';

export interface PoolOptions {
  /** The module whose `warmUp` and `runTask` the threads run: `thread.ts`, or a test's. */
  readonly module: string;
  readonly setup: ThreadSetup;
  /** The number of jobs that train at once. */
  readonly threads: number;
  /**
   * Limit of the JavaScript heap of each thread: a job that fills it ends its thread. Typed arrays
   * do not count.
   */
  readonly heapMegabytes?: number;
  /**
   * Called when a thread without a job died. Most likely it could not start, and the next one could
   * not either.
   */
  readonly onError: (error: unknown) => void;
}

export interface Pool {
  /**
   * Resolves when a thread has loaded its modules. Rejects when it cannot start, because then no
   * thread can.
   */
  warmUp(): Promise<void>;
  /**
   * Rejects when the thread dies. Other threads are not affected, and the pool starts a new one.
   * `signal` terminates the thread, which runs no other task.
   */
  run(task: ThreadTask, signal: AbortSignal): Promise<ThreadResult>;
  /** Terminates all training threads. Reader threads finish their current reads first. */
  close(): Promise<void>;
}

/** Idle threads with loaded modules, so that a small job starts at once. */
const WARM_THREADS = 2;
const IDLE_MS = 60_000;
/**
 * For the categories of the widest tables, which are strings. The largest data, typed arrays, is
 * outside of the heap.
 */
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

/** The objects that are transferred to the thread, without a copy. */
function transferable({ port, checkpoint }: ThreadTask) {
  const buffers = [checkpoint?.values.buffer, checkpoint?.bestParameters?.buffer];
  return [port, ...buffers.filter((buffer) => buffer instanceof ArrayBuffer)];
}
