import { Piscina } from 'piscina';
import type { SelectionSummary } from '../../training/ensemble/outcome.ts';
import { createReaders } from './readers.ts';
import { isReadRequest } from './reading.ts';
import type {
  MemberResult,
  SelectionResult,
  SelectionTask,
  ThreadResult,
  ThreadSetup,
  ThreadTask,
  TrainingTask,
} from './threadTask.ts';

export interface PoolOptions {
  /** The module whose `warmUp` and `runTask` the threads run: `thread.ts`, or a test's. */
  readonly module: string;
  readonly setup: ThreadSetup;
  /** The number of jobs that train at once. */
  readonly threads: number;
  /** Cores that the running jobs share: the networks of an ensemble train on several. */
  readonly cores?: number;
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
  /** Trains a network of an ensemble. Rejects, and is terminated, as `run`. */
  runMember(task: TrainingTask, signal: AbortSignal): Promise<MemberResult>;
  /** Scores the snapshots so far. Rejects as `run` does. */
  summarize(task: SelectionTask, signal: AbortSignal): Promise<SelectionSummary>;
  /** Selects the networks of the model, and measures it. Rejects as `run` does. */
  select(task: SelectionTask, signal: AbortSignal): Promise<SelectionResult>;
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

export function createPool(options: PoolOptions): Pool {
  const { module, setup, threads, cores = 1, onError, heapMegabytes = HEAP_MEGABYTES } = options;
  const piscina = new Piscina({
    filename: module,
    name: 'runTask',
    workerData: setup,
    minThreads: Math.min(WARM_THREADS, threads),
    // One for each job, and more for the networks of ensembles.
    maxThreads: threads + cores - 1,
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
    runMember: (task, signal) => piscina.run(task, { name: 'runMember', transferList: transferable(task), signal }),
    summarize: (task, signal) => piscina.run(task, { name: 'summarize', signal }),
    select: (task, signal) => piscina.run(task, { name: 'select', signal }),
    async close() {
      await piscina.destroy();
      await readers.close();
    },
  };
}

/** The objects that are transferred to the thread, without a copy. */
function transferable({ port, checkpoint }: TrainingTask) {
  const buffers = [checkpoint?.values.buffer, checkpoint?.bestParameters?.buffer];
  return [port, ...buffers.filter((buffer) => buffer instanceof ArrayBuffer)];
}
