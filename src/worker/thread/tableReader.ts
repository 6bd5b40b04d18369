import { once } from 'node:events';
import { MessageChannel, parentPort } from 'node:worker_threads';
import { arraysOf, type Table } from '../../formats/table.ts';
import type { ReadRequest, ReadResponse } from './reading.ts';

/** Reads the tables for the jobs of a thread. */
export interface TableReader {
  /**
   * The table of a dataset's file. It may be shared with later jobs, so callers must not change it.
   */
  read(file: string): Promise<Table>;
}

/** A larger table is read again for each job, so that an idle thread uses little memory. */
const MAX_CACHED_BYTES = 32 * 2 ** 20;

export function createTableReader(): TableReader {
  let last: { readonly file: string; readonly table: Table } | undefined;
  return {
    // Consecutive jobs often use the same dataset. A file is named by its content, so it never
    // changes.
    async read(file) {
      if (last?.file === file) return last.table;
      last = undefined;
      const table = await requestTable(file);
      if (bytesOf(table) <= MAX_CACHED_BYTES) last = { file, table };
      return table;
    },
  };
}

/**
 * Requests the table from a reader thread. It is never terminated by force, whereas this thread may
 * be at any time.
 */
async function requestTable(file: string): Promise<Table> {
  const { port1, port2 } = new MessageChannel();
  // The first of the two counts. If the response is already there, both events fire.
  const settled = Promise.race([once(port1, 'message'), once(port1, 'close')]);
  const request: ReadRequest = { kind: 'read', file, port: port2 };
  parentPort?.postMessage(request, [port2]);
  const [response]: readonly (ReadResponse | undefined)[] = await settled;
  port1.close();
  if (response === undefined) throw readerDied();
  if ('error' in response) throw response.error;
  return response.table;
}

/**
 * A full heap is the only cause that ends a reader before its response. The code is that of Node.
 */
function readerDied(): Error {
  return Object.assign(new Error('The reader thread ran out of heap memory.'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });
}

function bytesOf({ columns }: Table): number {
  return columns.flatMap(arraysOf).reduce((sum, { byteLength }) => sum + byteLength, 0);
}
