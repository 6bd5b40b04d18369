import { fork } from 'node:child_process';
import { ServiceError } from '../../kit/contract/errors.ts';
import { modulePath } from '../../kit/node.ts';
import type { Ingested, IngestRequest, IngestResponse, TableLimits } from '../ingest/protocol/messages.ts';

const PROCESS = modulePath(import.meta.url, '../ingest/ingestProcess');
/** Enough for a thousand columns at once. DuckDB spills the rest to disk. */
const INGEST_MEMORY_BYTES = 2 * 2 ** 30;
/** Heap limit of Node in the process, beside the memory of DuckDB. */
const NODE_HEAP_MEBIBYTES = 512;

export interface IngestLimits {
  readonly ingestSeconds: number;
  readonly table: TableLimits;
  /** Memory limit of DuckDB. The process needs more. */
  readonly ingestMemoryBytes?: number;
}

/**
 * Parses the upload in `folder` in a separate process, which has no secrets and is killed at the
 * time limit. Throws ServiceError `invalid_file` or `table_too_large` when the file is refused,
 * `invalid_file` when the process dies, ENOSPC when the disk is full, and the reason of an aborted
 * signal. The process has ended by then.
 */
export async function ingestUpload(
  folder: string,
  request: Omit<IngestRequest, 'memoryBytes' | 'limits'>,
  { ingestSeconds, table, ingestMemoryBytes = INGEST_MEMORY_BYTES }: IngestLimits,
  signal?: AbortSignal,
): Promise<Ingested> {
  signal?.throwIfAborted();
  const fullRequest: IngestRequest = { ...request, memoryBytes: ingestMemoryBytes, limits: table };
  const response = await runIngestProcess(folder, fullRequest, ingestSeconds, signal);
  if ('ingested' in response) return response.ingested;
  if ('diskFull' in response) throw Object.assign(new Error('The disk is full.'), { code: 'ENOSPC' });
  throw new ServiceError(response.refusal.code, response.refusal.message, response.refusal.errors);
}

function runIngestProcess(
  folder: string,
  request: IngestRequest,
  seconds: number,
  signal: AbortSignal | undefined,
): Promise<IngestResponse> {
  return new Promise((resolve, reject) => {
    const child = fork(PROCESS, [], {
      cwd: folder,
      env: {},
      execArgv: [`--max-old-space-size=${NODE_HEAP_MEBIBYTES}`],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const kill = () => child.kill('SIGKILL');
    let timedOut = false;
    const timeout = setTimeout(() => {
      timedOut = true;
      kill();
    }, seconds * 1000);
    signal?.addEventListener('abort', kill);
    let stderr = '';
    child.stderr?.on('data', (text: Buffer) => {
      stderr = `${stderr}${text}`.slice(-2000);
    });
    child.once('message', (response: IngestResponse) => resolve(response));
    // There can be several errors: a process that cannot be started cannot receive a message
    // either.
    child.on('error', reject);
    child.once('exit', () => {
      clearTimeout(timeout);
      signal?.removeEventListener('abort', kill);
      reject(signal?.aborted ? signal.reason : exitErrorOf(timedOut ? seconds : null, stderr));
    });
    child.send(request, (error) => error && kill());
  });
}

/** `seconds`: the time limit when it was exceeded, otherwise null. */
function exitErrorOf(seconds: number | null, stderr: string): ServiceError {
  const detail =
    seconds === null
      ? 'The file could not be parsed: it is damaged or exceeds the memory limit. Send a valid or smaller file.'
      : `Parsing the file exceeded the time limit of ${seconds} seconds: send a smaller file.`;
  const error = new ServiceError('invalid_file', detail);
  error.cause = stderr;
  return error;
}
