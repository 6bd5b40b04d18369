/** The disposable process in which uploads are read: started for one file, by `ingestClient.ts`, in a folder that holds that file alone. */
import { availableParallelism } from 'node:os';
import { isDiskFull, isOutOfMemory, watchResources } from '../duckdb/diskFull.ts';
import { openSession } from '../duckdb/duckdb.ts';
import { HEAD_FILE, ingest, TEXT_FILE } from './ingest.ts';
import { type IngestRequest, type IngestResponse, Refusal, TABLE_FILE, UPLOAD_FILE } from './messages.ts';

const SPILL_FOLDER = 'spill';
/** Beyond this nothing gets faster, and the cores are wanted for training. */
const MAX_THREADS = 4;

process.once('message', (request: IngestRequest) => {
  void runIngest(request).then(send);
});
process.once('disconnect', () => process.exit());

async function runIngest({ format, options, memoryBytes, limits }: IngestRequest): Promise<IngestResponse> {
  const session = await openSession({
    memoryBytes,
    threads: Math.min(MAX_THREADS, availableParallelism()),
    files: [UPLOAD_FILE, TEXT_FILE, HEAD_FILE, TABLE_FILE],
    spillFolder: SPILL_FOLDER,
  });
  const watched = watchResources(session);
  try {
    return { ingested: await ingest(watched.session, format, options, limits) };
  } catch (error) {
    if (watched.wasFull() || isDiskFull(error)) return { diskFull: true };
    if (watched.wasOutOfMemory() || isOutOfMemory(error)) return refusalResponse(tooMuchMemory(memoryBytes));
    if (error instanceof Refusal) return refusalResponse(error);
    throw error;
  }
}

/** An error's message is not sent with it. */
function refusalResponse({ message, errors, code }: Refusal): IngestResponse {
  return { refusal: { message, errors, code } };
}

function tooMuchMemory(bytes: number): Refusal {
  const message = `Reading the table takes more memory than the limit of ${bytes} bytes: send fewer columns, or shorter cells.`;
  return new Refusal(message, [], 'table_too_large');
}

function send(message: IngestResponse): void {
  process.send?.(message, () => process.exit());
}
