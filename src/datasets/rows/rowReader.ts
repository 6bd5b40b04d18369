import { type ChildProcess, fork } from 'node:child_process';
import type { NumberType } from '../../formats/columnTypes.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { PAGE_BYTES } from '../../kit/contract/pages.ts';
import { modulePath } from '../../kit/node.ts';

const PROCESS = modulePath(import.meta.url, './rowsProcess');
/** An idle reader ends after this time; a new one starts in a third of a second. */
const IDLE_MS = 60_000;
/** The next request starts a new reader. */
const RETRY_AFTER_SECONDS = 1;

export interface RowsRequest {
  readonly id: number;
  /** A file name in the reader's folder. */
  readonly file: string;
  readonly limit: number;
  readonly offset: number;
  /** Bytes of the JSON of all rows together; at least one row is read. */
  readonly budget: number;
}

/** The JSON of a list of rows, each an object by the names of the columns. */
interface RowsRead {
  readonly items: string;
  readonly count: number;
}

/** Asks for the different texts of a column. */
export interface TextsRequest {
  readonly id: number;
  readonly file: string;
  readonly column: string;
  readonly max: number;
}

/** Asks whether any word of a column can be read as another type. */
export interface WordsRequest {
  readonly id: number;
  readonly file: string;
  readonly column: string;
  readonly type: NumberType;
}

export type ReaderRequest = RowsRequest | TextsRequest | WordsRequest;

export type RowsResponse = { readonly id: number } & (
  | { readonly rows: RowsRead }
  /** Null: there are more than `max`. */
  | { readonly texts: readonly string[] | null }
  | { readonly readsAny: boolean }
  /** The first row is too long, or the rows need more memory than the process has. */
  | { readonly tooMuch: true }
  | { readonly failure: string }
);

/**
 * Reads rows of the Parquet files in `folder`, in a child process that ends when idle, so this
 * process never loads DuckDB.
 */
export interface RowReader {
  /**
   * Rows from `offset` in the order of the file, at most `limit` and within the budget of a page;
   * times in ISO 8601. Throws ServiceError `payload_too_large` when one row is too long or the rows
   * need too much memory, and `unavailable` when the process ends.
   */
  readonly read: (file: string, limit: number, offset: number) => Promise<RowsRead>;
  /**
   * The different texts of a column, in any order; undefined when there are more than `max`. Throws
   * as `read` does.
   */
  readonly texts: (file: string, column: string, max: number) => Promise<readonly string[] | undefined>;
  /** Whether any word of a column can be read as the type. Throws as `read` does. */
  readonly readsAny: (file: string, column: string, type: NumberType) => Promise<boolean>;
  readonly close: () => void;
}

type Answer = Exclude<RowsResponse, { readonly tooMuch: true } | { readonly failure: string }>;

interface Pending {
  /** The process that has the request. */
  readonly process: ChildProcess;
  readonly resolve: (answer: Answer) => void;
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
    started.on('message', (response: RowsResponse) => {
      const waiting = pending.get(response.id);
      pending.delete(response.id);
      if ('tooMuch' in response) waiting?.reject(tooMuch());
      else if ('failure' in response) waiting?.reject(new Error(response.failure));
      else waiting?.resolve(response);
      rest();
    });
    const unanswered = () => rejectAll(started);
    // An 'error' event without a listener would end this process.
    for (const end of ['error', 'disconnect', 'exit']) started.on(end, unanswered);
    return started;
  }

  /** Rejects the requests of a process that ended or could not start. */
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

  function send(
    request: Omit<RowsRequest, 'id'> | Omit<TextsRequest, 'id'> | Omit<WordsRequest, 'id'>,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      clearTimeout(idle);
      child ??= start();
      const process = child;
      lastId += 1;
      pending.set(lastId, { process, resolve, reject });
      process.send({ ...request, id: lastId }, (error) => error && rejectAll(process));
    });
  }

  return {
    async read(file, limit, offset) {
      const answer = await send({ file, limit, offset, budget: PAGE_BYTES });
      if ('rows' in answer) return answer.rows;
      throw new Error('The reader answered a request for rows with texts.');
    },
    async texts(file, column, max) {
      const answer = await send({ file, column, max });
      if ('texts' in answer) return answer.texts ?? undefined;
      throw new Error('The reader answered a request for texts with rows.');
    },
    async readsAny(file, column, type) {
      const answer = await send({ file, column, type });
      if ('readsAny' in answer) return answer.readsAny;
      throw new Error('The reader answered a request for words with rows.');
    },
    close,
  };
}

function readerEnded(): ServiceError {
  const message = 'The process that reads rows ended. Another one is starting. Retry the request.';
  return new ServiceError('unavailable', message, [], RETRY_AFTER_SECONDS);
}

function tooMuch(): ServiceError {
  return new ServiceError(
    'payload_too_large',
    'The rows are more than one response may have. Request fewer with `limit`.',
  );
}
