import { type ChildProcess, fork } from 'node:child_process';
import { siblingPath } from '../kit/siblings.ts';
import type { Cell } from './duckdb.ts';

const PROCESS = siblingPath(import.meta.url, './rowsProcess');
/** A reader that nobody asks for so long is let go; starting another takes a third of a second. */
const IDLE_MS = 60_000;

export interface RowsRequest {
  readonly id: number;
  /** A name in the reader's folder. */
  readonly file: string;
  readonly limit: number;
  readonly offset: number;
}

export type RowsAnswer =
  | { readonly id: number; readonly rows: readonly (readonly Cell[])[] }
  | { readonly id: number; readonly failure: string };

/** Reads rows of the Parquet files in `folder`, in a process that is kept while it is used: DuckDB is never in this one. */
export interface RowReader {
  /** Rows `offset` to `offset + limit` in the order of the file; times as ISO 8601. */
  readonly read: (file: string, limit: number, offset: number) => Promise<readonly (readonly Cell[])[]>;
  readonly close: () => void;
}

interface Pending {
  readonly resolve: (rows: readonly (readonly Cell[])[]) => void;
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
    started.on('message', (answer: RowsAnswer) => {
      const waiting = pending.get(answer.id);
      pending.delete(answer.id);
      if ('rows' in answer) waiting?.resolve(answer.rows);
      else waiting?.reject(new Error(answer.failure));
      rest();
    });
    started.once('exit', () => {
      if (child === started) child = null;
      for (const { reject } of pending.values()) reject(new Error('The process that reads rows ended.'));
      pending.clear();
    });
    return started;
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
        lastId += 1;
        pending.set(lastId, { resolve, reject });
        child.send({ id: lastId, file, limit, offset } satisfies RowsRequest);
      }),
    close,
  };
}
