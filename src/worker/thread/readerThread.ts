/**
 * The module of the reader threads. A thread reads the files of datasets into tables, one at a
 * time. DuckDB is loaded within a task, because a thread is never terminated during a task.
 * Terminating a thread while it loads the binding would crash the process.
 */
import { arraysOf, type Table } from '../../formats/table.ts';
import { setNiceness, THREAD_NICENESS } from './priorities.ts';
import type { ReadRequest, ReadResponse } from './reading.ts';

const WARM_UP = { memoryBytes: 64 * 2 ** 20, threads: 1, files: [], spillFolder: null };

setNiceness(THREAD_NICENESS);

/** Loads DuckDB, so that the first job does not wait for it. */
export async function warmUp(): Promise<void> {
  const { openSession } = await import('../../datasets/duckdb/duckdb.ts');
  const session = await openSession(WARM_UP);
  session.close();
  await import('../../datasets/rows/readTable.ts');
}

/** Sends the table to the thread that requested it. If that thread is gone, reading ends early. */
export async function respondToRead({ file, port }: ReadRequest): Promise<void> {
  const gone = new AbortController();
  port.once('close', () => gone.abort());
  try {
    const { readTable } = await import('../../datasets/rows/readTable.ts');
    const table = await readTable(file, gone.signal);
    const response: ReadResponse = { table };
    port.postMessage(response, buffersOf(table));
  } catch (error) {
    const response: ReadResponse = { error };
    port.postMessage(response);
  } finally {
    port.close();
  }
}

/** The buffers that are transferred with the table, without a copy. */
function buffersOf({ columns }: Table): ArrayBuffer[] {
  const buffers = columns.flatMap(arraysOf).map(({ buffer }) => buffer);
  return buffers.filter((buffer) => buffer instanceof ArrayBuffer);
}
