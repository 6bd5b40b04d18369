/** The disposable process in which uploads are read: started for one file, by `ingestClient.ts`, in a folder that holds that file alone. */
import { availableParallelism } from 'node:os';
import { isDiskFull, watchDisk } from './diskFull.ts';
import { openSession } from './duckdb.ts';
import { ingest, TEXT_FILE } from './ingest/ingest.ts';
import { type IngestAnswer, type IngestRequest, Refusal, TABLE_FILE, UPLOAD_FILE } from './ingest/messages.ts';

const SPILL_FOLDER = 'spill';
/** Beyond this nothing gets faster, and the cores are wanted for training. */
const MOST_THREADS = 4;

process.once('message', (request: IngestRequest) => {
  void answer(request).then(send);
});
process.once('disconnect', () => process.exit());

async function answer({ format, options, memoryBytes, limits }: IngestRequest): Promise<IngestAnswer> {
  const session = await openSession({
    memoryBytes,
    threads: Math.min(MOST_THREADS, availableParallelism()),
    files: [UPLOAD_FILE, TEXT_FILE, TABLE_FILE],
    spillFolder: SPILL_FOLDER,
  });
  const disk = watchDisk(session);
  try {
    return { ingested: await ingest(disk.session, format, options, limits) };
  } catch (error) {
    if (disk.wasFull() || isDiskFull(error)) return { diskFull: true };
    if (error instanceof Refusal)
      return { refusal: { message: error.message, errors: error.errors, code: error.code } };
    throw error;
  }
}

function send(message: IngestAnswer): void {
  process.send?.(message, () => process.exit());
}
