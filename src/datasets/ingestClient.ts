import { fork } from 'node:child_process';
import { ServiceError } from '../kit/errors.ts';
import { siblingPath } from '../kit/siblings.ts';
import type { IngestAnswer, Ingested, IngestRequest, TableLimits } from './ingest/messages.ts';

const PROCESS = siblingPath(import.meta.url, './ingestProcess');
/** Enough for a thousand columns side by side; what does not fit is spilled to disk. */
const INGEST_MEMORY_BYTES = 2 * 2 ** 30;
/** What Node itself may take in the process, beside DuckDB's memory. */
const NODE_HEAP_MEBIBYTES = 512;

export interface IngestLimits {
  readonly ingestSeconds: number;
  readonly table: TableLimits;
  /** What DuckDB may take; the process takes some more. */
  readonly ingestMemoryBytes?: number;
}

/**
 * Reads the upload in `folder` in a process of its own, which knows no secrets and is killed when its time is up.
 * Throws ServiceError `invalid_file` or `table_too_large` when the file is refused, `invalid_file` when reading it kills the process, and ENOSPC
 * when the disk is full.
 */
export async function ingestUpload(
  folder: string,
  request: Omit<IngestRequest, 'memoryBytes' | 'limits'>,
  { ingestSeconds, table, ingestMemoryBytes = INGEST_MEMORY_BYTES }: IngestLimits,
): Promise<Ingested> {
  const answer = await ask(folder, { ...request, memoryBytes: ingestMemoryBytes, limits: table }, ingestSeconds);
  if ('ingested' in answer) return answer.ingested;
  if ('diskFull' in answer) throw Object.assign(new Error('The disk is full.'), { code: 'ENOSPC' });
  throw new ServiceError(answer.refusal.code, answer.refusal.message, answer.refusal.errors);
}

function ask(folder: string, request: IngestRequest, seconds: number): Promise<IngestAnswer> {
  return new Promise((resolve, reject) => {
    const child = fork(PROCESS, [], {
      cwd: folder,
      env: {},
      execArgv: [`--max-old-space-size=${NODE_HEAP_MEBIBYTES}`],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const timeout = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
    let complaint = '';
    child.stderr?.on('data', (text: Buffer) => {
      complaint = `${complaint}${text}`.slice(-2000);
    });
    child.once('message', (answer: IngestAnswer) => resolve(answer));
    // There may be several: a process that cannot be started cannot be asked either.
    child.on('error', reject);
    child.once('exit', (_code, signal) => {
      clearTimeout(timeout);
      reject(deathOf(signal, seconds, complaint));
    });
    child.send(request, (error) => error && child.kill('SIGKILL'));
  });
}

function deathOf(signal: string | null, seconds: number, complaint: string): ServiceError {
  const detail =
    signal === 'SIGKILL'
      ? `The file could not be read within ${seconds} seconds and the memory that is allowed: send a smaller one.`
      : 'The file could not be read: it is damaged, or takes more memory than is allowed.';
  const error = new ServiceError('invalid_file', detail);
  error.cause = complaint;
  return error;
}
