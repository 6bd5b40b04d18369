/**
 * What a thread of the readers runs: it turns the files of datasets into tables, one at a time. DuckDB is loaded within a task: until one has come
 * to its end nobody ends the thread, and one that is ended while the binding loads takes the process with it as well.
 */
import { isNumberColumn, type Table } from '../../formats/table.ts';
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

/** Answers with the table, unless the thread that wants it is gone: then reading ends early. */
export async function answerRead({ file, port }: ReadRequest): Promise<void> {
  const gone = new AbortController();
  port.once('close', () => gone.abort());
  try {
    const { readTable } = await import('../../datasets/rows/readTable.ts');
    const table = await readTable(file, gone.signal);
    const answer: ReadResponse = { table };
    port.postMessage(answer, buffersOf(table));
  } catch (error) {
    const answer: ReadResponse = { error };
    port.postMessage(answer);
  } finally {
    port.close();
  }
}

/** What goes over without a copy. */
function buffersOf({ columns }: Table): ArrayBuffer[] {
  const buffers = columns.map((column) => (isNumberColumn(column) ? column.values : column.codes).buffer);
  return buffers.filter((buffer) => buffer instanceof ArrayBuffer);
}
