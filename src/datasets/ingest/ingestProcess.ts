/**
 * The disposable process that reads one upload. `ingestClient.ts` starts it in a folder with that
 * file only.
 */
import { availableParallelism } from 'node:os';
import { isDiskFull, isOutOfMemory, watchResources } from '../duckdb/diskFull.ts';
import { openSession } from '../duckdb/duckdb.ts';
import { ingest, LINES_FILE, ROWS_FILE, TEXT_FILE } from './ingest.ts';
import { type IngestRequest, type IngestResponse, Refusal, TABLE_FILE, UPLOAD_FILE } from './protocol/messages.ts';

const SPILL_FOLDER = 'spill';
/** More threads are not faster, and training needs the cores. */
const MAX_THREADS = 4;

process.once('message', (request: IngestRequest) => {
  void runIngest(request).then(send);
});
process.once('disconnect', () => process.exit());

async function runIngest({ memoryBytes, ...request }: IngestRequest): Promise<IngestResponse> {
  const session = await openSession({
    memoryBytes,
    threads: Math.min(MAX_THREADS, availableParallelism()),
    files: [UPLOAD_FILE, TEXT_FILE, LINES_FILE, ROWS_FILE, TABLE_FILE],
    spillFolder: SPILL_FOLDER,
  });
  const watched = watchResources(session);
  try {
    return { ingested: await ingest(watched.session, request) };
  } catch (error) {
    if (watched.wasFull() || isDiskFull(error)) return { diskFull: true };
    if (watched.wasOutOfMemory() || isOutOfMemory(error)) return refusalResponse(tooMuchMemory(memoryBytes));
    if (error instanceof Refusal) return refusalResponse(error);
    throw error;
  }
}

/** Plain data: an Error loses its message when it is sent to another process. */
function refusalResponse({ message, errors, code }: Refusal): IngestResponse {
  return { refusal: { message, errors, code } };
}

function tooMuchMemory(bytes: number): Refusal {
  const message = `Reading the table takes more memory than the limit of ${bytes} bytes. Send fewer columns, or shorter cells.`;
  return new Refusal(message, [], 'table_too_large');
}

function send(message: IngestResponse): void {
  process.send?.(message, () => process.exit());
}
