import { Piscina } from 'piscina';
import { createReaders } from '../../../worker/thread/readers.ts';
import { isReadRequest } from '../../../worker/thread/reading.ts';
import type { ReportTask, ReportTaskResult, ReportThreadSetup } from '../messages.ts';

export interface ReportThreadOptions {
  /** The module whose `runReport` the thread runs. */
  readonly module: string;
  readonly setup: ReportThreadSetup;
  readonly onError: (error: unknown) => void;
}

/** The one thread that runs reports. It starts with the first report and ends when it is idle. */
export interface ReportThread {
  /** Rejects when the thread dies. */
  run(task: ReportTask): Promise<ReportTaskResult>;
  close(): Promise<void>;
}

const IDLE_MS = 60_000;
/** The limit of the JavaScript heap; typed arrays do not count. */
const HEAP_MEGABYTES = 4_096;

export function createReportThread({ module, setup, onError }: ReportThreadOptions): ReportThread {
  const piscina = new Piscina<ReportTask, ReportTaskResult>({
    filename: module,
    name: 'runReport',
    workerData: setup,
    minThreads: 0,
    maxThreads: 1,
    concurrentTasksPerWorker: 1,
    idleTimeout: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
  });
  piscina.on('error', onError);
  let readers: ReturnType<typeof createReaders> | undefined;
  piscina.on('message', (message) => {
    if (!isReadRequest(message)) return;
    readers ??= createReaders({ threads: 1, heapMegabytes: HEAP_MEGABYTES, onError });
    readers.read(message);
  });
  return {
    run: (task) => piscina.run(task),
    async close() {
      await piscina.destroy();
      await readers?.close();
    },
  };
}
