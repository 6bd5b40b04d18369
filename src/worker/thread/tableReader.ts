import { once } from 'node:events';
import { MessageChannel, parentPort } from 'node:worker_threads';
import { isNumberColumn, type Table } from '../../formats/table.ts';
import type { ReadRequest, ReadResponse } from './reading.ts';

/** Reads the tables of a thread's jobs. */
export interface TableReader {
  /** The table of a dataset's file; whoever gets it only reads it. */
  read(file: string): Promise<Table>;
}

/** A table beyond this is read anew for each job, so that an idle thread holds little. */
const MAX_CACHED_BYTES = 32 * 2 ** 20;

export function createTableReader(): TableReader {
  let last: { readonly file: string; readonly table: Table } | undefined;
  return {
    // Jobs that follow each other are often on the same data, and a file is named by what it holds: it never changes.
    async read(file) {
      if (last?.file === file) return last.table;
      last = undefined;
      const table = await requestTable(file);
      if (bytesOf(table) <= MAX_CACHED_BYTES) last = { file, table };
      return table;
    },
  };
}

/** Has the table read by a thread of the process's readers: one that is never ended by force, as this one may be at any time. */
async function requestTable(file: string): Promise<Table> {
  const { port1, port2 } = new MessageChannel();
  // Whichever comes first; both, where the answer is there already.
  const answered = Promise.race([once(port1, 'message'), once(port1, 'close')]);
  const request: ReadRequest = { kind: 'read', file, port: port2 };
  parentPort?.postMessage(request, [port2]);
  const [answer]: readonly (ReadResponse | undefined)[] = await answered;
  port1.close();
  if (answer === undefined) throw readerDied();
  if ('error' in answer) throw answer.error;
  return answer.table;
}

/** Nothing else ends a reader before it has answered. The code is what Node itself calls that. */
function readerDied(): Error {
  return Object.assign(new Error('The reader filled its heap.'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });
}

function bytesOf({ columns }: Table): number {
  return columns.reduce((sum, column) => sum + (isNumberColumn(column) ? column.values : column.codes).byteLength, 0);
}
