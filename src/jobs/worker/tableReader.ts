import { openSession } from '../../datasets/duckdb.ts';
import { readTable } from '../../datasets/readTable.ts';
import { isNumberColumn, type Table } from '../../kit/table.ts';

/** Reads the tables of a thread's jobs. */
export interface TableReader {
  /** The table of a dataset's file; whoever gets it only reads it. */
  read(file: string): Promise<Table>;
}

/** A table beyond this is read anew for each job, so that an idle thread holds little. */
const LARGEST_KEPT_BYTES = 32 * 2 ** 20;
const WARM_UP = { memoryBytes: 64 * 2 ** 20, threads: 1, files: [], spillFolder: null };

/** Loads DuckDB, so that the first job does not wait for it. */
export async function openTableReader(): Promise<TableReader> {
  const session = await openSession(WARM_UP);
  session.close();
  let last: { readonly file: string; readonly table: Table } | undefined;
  return {
    // Jobs that follow each other are often on the same data, and a file is named by what it holds: it never changes.
    async read(file) {
      if (last?.file === file) return last.table;
      last = undefined;
      const table = await readTable(file);
      if (bytesOf(table) <= LARGEST_KEPT_BYTES) last = { file, table };
      return table;
    },
  };
}

function bytesOf({ columns }: Table): number {
  return columns.reduce((sum, column) => sum + (isNumberColumn(column) ? column.values : column.codes).byteLength, 0);
}
