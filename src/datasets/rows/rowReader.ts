import { type ChildProcess, fork } from 'node:child_process';
import { ServiceError } from '../../kit/contract/errors.ts';
import { PAGE_BYTES } from '../../kit/contract/pages.ts';
import { modulePath } from '../../kit/node.ts';

const PROCESS = modulePath(import.meta.url, './rowsProcess');
/** A reader that nobody asks for so long is let go; starting another takes a third of a second. */
const IDLE_MS = 60_000;
/** Another one is started for the next request. */
const RETRY_AFTER_SECONDS = 1;

export interface RowsRequest {
  readonly id: number;
  /** A name in the reader's folder. */
  readonly file: string;
  readonly limit: number;
  readonly offset: number;
  /** Of the JSON of the rows together, in bytes; one row is read at least. */
  readonly budget: number;
}

/** The JSON of a list of rows, each an object by the names of the columns. */
interface RowsRead {
  readonly items: string;
  readonly count: number;
}

export type RowsResponse = { readonly id: number } & (
  | { readonly rows: RowsRead }
  /** The first row alone is too long, or the rows take more memory than the process has. */
  | { readonly tooMuch: true }
  | { readonly failure: string }
);

/** Reads rows of the Parquet files in `folder`, in a process that is kept while it is used: DuckDB is never in this one. */
export interface RowReader {
  /**
   * Rows from `offset` on in the order of the file, at most `limit` and within the budget of a page; times as ISO 8601. Throws ServiceError
   * `payload_too_large` where one row alone is too long or the rows take too much memory, and `unavailable` where the process dies.
   */
  readonly read: (file: string, limit: number, offset: number) => Promise<RowsRead>;
  readonly close: () => void;
}

interface Pending {
  /** Whose answer it waits for. */
  readonly process: ChildProcess;
  readonly resolve: (rows: RowsRead) => void;
  readonly reject: (error: Error) => void;
}

export function createRowReader(folder: string): RowReader {
  const pending = new Map<number, Pending>();
  let child: ChildProcess | null = null;
  let idle: NodeJS.Timeout | undefined;
  let lastId = 0;

  function start(): ChildProcess {
    const started = fork(PROCESS, [], {
      cwd: folder,
      env: {},
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    started.on('message', (handleResponse: RowsResponse) => {
      const waiting = pending.get(handleResponse.id);
      pending.delete(handleResponse.id);
      if ('rows' in handleResponse) waiting?.resolve(handleResponse.rows);
      else waiting?.reject('tooMuch' in handleResponse ? tooMuch() : new Error(handleResponse.failure));
      rest();
    });
    const unanswered = () => rejectAll(started);
    // Without anybody who hears it, an error would end this process.
    for (const end of ['error', 'disconnect', 'exit']) started.on(end, unanswered);
    return started;
  }

  /** What a process was asked that is gone, or could not be started, is answered by none. */
  function rejectAll(lost: ChildProcess): void {
    if (child === lost) child = null;
    for (const [id, { process, reject }] of pending) {
      if (process !== lost) continue;
      pending.delete(id);
      reject(readerEnded());
    }
  }

  function rest(): void {
    clearTimeout(idle);
    if (pending.size === 0) idle = setTimeout(close, IDLE_MS).unref();
  }

  function close(): void {
    clearTimeout(idle);
    child?.disconnect();
    child = null;
  }

  return {
    read: (file, limit, offset) =>
      new Promise((resolve, reject) => {
        clearTimeout(idle);
        child ??= start();
        const process = child;
        lastId += 1;
        pending.set(lastId, { process, resolve, reject });
        const request: RowsRequest = { id: lastId, file, limit, offset, budget: PAGE_BYTES };
        process.send(request, (error) => error && rejectAll(process));
      }),
    close,
  };
}

function readerEnded(): ServiceError {
  const message = 'The process that reads rows ended: another one is started, ask again.';
  return new ServiceError('unavailable', message, [], RETRY_AFTER_SECONDS);
}

function tooMuch(): ServiceError {
  return new ServiceError(
    'payload_too_large',
    'The rows are more than one answer may have: ask for fewer with `limit`.',
  );
}
