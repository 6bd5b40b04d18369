import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ServiceError } from '../../kit/contract/errors.ts';
import { createSemaphore } from '../../kit/limits/semaphore.ts';
import { modulePath } from '../../kit/node.ts';
import {
  type ParquetRowsRequest,
  type ParquetRowsResponse,
  type Refusal,
  UPLOAD_FILE,
} from '../ingest/protocol/messages.ts';
import type { IngestQueueLimits } from './ingestQueue.ts';
import { createScratch } from './scratch.ts';

const PROCESS = modulePath(import.meta.url, '../ingest/parquetRowsProcess');
/** Memory limit of DuckDB. The process needs more. */
const MEMORY_BYTES = 2 ** 30;
/** Heap limit of Node in the process. */
const NODE_HEAP_MEBIBYTES = 512;

/** The rows of a Parquet file as text. */
export interface ParquetRows {
  /** As in the file. */
  readonly names: readonly string[];
  /** A JSON list of the cells for each row, a row a line. */
  readonly lines: AsyncIterable<string>;
}

/**
 * Calls `use` with the rows of a Parquet file, which a child process reads, so that this process
 * never loads DuckDB. Throws ServiceError `invalid_rows` for a file that cannot be read,
 * `table_too_large` for one that exceeds a limit, `overloaded` when too many files wait, and what
 * `body` and `use` throw.
 */
export type ReadParquetRows = <Result>(
  body: AsyncIterable<Uint8Array>,
  use: (rows: ParquetRows) => Promise<Result>,
) => Promise<Result>;

export function createParquetReader(temporary: string, limits: IngestQueueLimits): ReadParquetRows {
  const semaphore = createSemaphore(limits.ingestions, limits.waitingIngestions);
  return async (body, use) => {
    const scratch = await createScratch(temporary, `rows-${randomUUID()}`);
    try {
      await pipeline(body, createWriteStream(join(scratch.folder, UPLOAD_FILE), { flags: 'wx' }));
      return await semaphore.run(() => readFile(scratch.folder, limits, use));
    } finally {
      await scratch.remove();
    }
  };
}

async function readFile<Result>(
  folder: string,
  { ingestSeconds, table }: IngestQueueLimits,
  use: (rows: ParquetRows) => Promise<Result>,
): Promise<Result> {
  const child = fork(PROCESS, [], {
    cwd: folder,
    env: {},
    execArgv: [`--max-old-space-size=${NODE_HEAP_MEBIBYTES}`],
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  });
  const timeout = setTimeout(() => child.kill('SIGKILL'), ingestSeconds * 1000);
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    const { names, done } = await startReading(child, { memoryBytes: MEMORY_BYTES, limits: table });
    return await use({ names, lines: linesOf(child, done) });
  } finally {
    clearTimeout(timeout);
    child.kill('SIGKILL');
    await exited;
  }
}

interface Started {
  readonly names: readonly string[];
  /** Rejects when the file turns out to be unreadable or the process ends. */
  readonly done: Promise<void>;
}

function startReading(child: ChildProcess, request: ParquetRowsRequest): Promise<Started> {
  return new Promise((resolve, reject) => {
    const ended = Promise.withResolvers<void>();
    // Without a reader, the end of the process is no error.
    ended.promise.catch(() => undefined);
    const fail = (error: Error) => {
      ended.reject(error);
      reject(error);
    };
    child.on('message', (response: ParquetRowsResponse) => {
      if ('names' in response) resolve({ names: response.names, done: ended.promise });
      else if ('done' in response) ended.resolve();
      else fail(refusalError(response.refusal));
    });
    child.on('error', fail);
    child.once('close', () => fail(unreadable()));
    child.send(request, (error) => error && child.kill('SIGKILL'));
  });
}

async function* linesOf({ stdout }: ChildProcess, done: Promise<void>): AsyncGenerator<string> {
  stdout?.setEncoding('utf8');
  if (stdout) yield* stdout as AsyncIterable<string>;
  await done;
}

/** The code of uploads for a table above a limit. Unreadable rows have a code of their own. */
function refusalError({ message, code }: Pick<Refusal, 'message' | 'code'>): ServiceError {
  return new ServiceError(code === 'table_too_large' ? code : 'invalid_rows', message);
}

function unreadable(): ServiceError {
  const detail = 'The Parquet file could not be read: it is damaged or exceeds a limit. Send fewer rows, or CSV.';
  return new ServiceError('invalid_rows', detail);
}
