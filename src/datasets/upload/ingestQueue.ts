import { join } from 'node:path';
import { createSemaphore } from '../../kit/semaphore.ts';
import type { Blobs } from '../../store/blobs/blobs.ts';
import type { DatasetRow } from '../../store/tables.ts';
import { type FileFormat, type Ingested, type ReadOptions, TABLE_FILE } from '../ingest/messages.ts';
import type { DatasetStore } from '../stored/store.ts';
import { createTableFinder } from '../stored/tableFiles.ts';
import { type IngestLimits, ingestUpload } from './ingestClient.ts';
import type { IngestMetrics } from './metrics.ts';
import { tableFileName } from './readOptions.ts';

export interface IngestQueueLimits extends IngestLimits {
  /** How many files are read at once: reading takes every core, so more only take more memory. */
  readonly ingestions: number;
  /** How many files of one project may wait for that. */
  readonly waitingIngestions: number;
}

/** What reading a file adds to the dataset's row. */
export type TableProfile = Pick<DatasetRow, 'rows' | 'file' | 'columns' | 'columnCount' | 'readAs' | 'warnings'>;

export interface IngestQueue {
  /**
   * Reads the upload in `folder`, unless the project has the same bytes, read the same way, already (those of another are read again: how long
   * it takes must not tell of them), and calls `save` while the table cannot be deleted. Projects are served in turns.
   * Throws ServiceError `invalid_file`, `table_too_large`, and `overloaded` where too many of the project wait; and
   * the reason of the upload's signal when it is aborted: the file leaves the queue, or its reading ends.
   */
  readonly ingest: (upload: QueuedUpload, save: (facts: TableProfile) => Promise<void>) => Promise<void>;
  /** Deletes a dataset's row and, with the last row that uses it, the file. */
  readonly remove: DatasetStore['remove'];
  /** Deletes the tables that no dataset names, and says how many: a crash came before the row was written, or after it was deleted. */
  readonly collectUnused: () => Promise<number>;
}

/** An upload that is here, and not yet read. */
export interface QueuedUpload {
  readonly project: string;
  readonly folder: string;
  readonly sha256: string;
  readonly format: FileFormat | null;
  readonly options: ReadOptions;
  /** Aborted when nothing is to come of the upload any more. */
  readonly signal: AbortSignal | undefined;
}

export interface IngestQueueDeps {
  readonly tables: Blobs;
  readonly store: DatasetStore;
  readonly limits: IngestQueueLimits;
  readonly metrics?: IngestMetrics | undefined;
}

export function createIngestQueue({ tables, store, limits, metrics }: IngestQueueDeps): IngestQueue {
  const findTable = createTableFinder(tables);
  const ingestGate = createSemaphore(limits.ingestions, limits.waitingIngestions);
  const fileGate = createSemaphore(1);
  const read = async ({ folder, format, options, signal }: QueuedUpload) => {
    const timed = metrics?.seconds.startTimer();
    let outcome = 'refused';
    try {
      const ingested = await ingestUpload(folder, { format, options }, limits, signal);
      metrics?.rows.inc(ingested.rows);
      outcome = 'ready';
      return ingested;
    } finally {
      timed?.({ outcome });
    }
  };
  return {
    async ingest(upload, save) {
      const { folder, project, sha256, format, options, signal } = upload;
      const file = tableFileName(sha256, format, options);
      const shared = await fileGate.run(async () => {
        const known = await store.findByFile(file, project);
        // One that is lost is made again of these bytes, for all that use it.
        if (known === undefined || (await findTable(file)) === undefined) return false;
        await save(known);
        return true;
      });
      if (shared) return;
      const { rows, columns, warnings } = await ingestGate.run(() => read(upload), { group: project, signal });
      await fileGate.run(async () => {
        await tables.put(file, { file: join(folder, TABLE_FILE) });
        try {
          await save({ rows, file, ...profileOf(columns), warnings: JSON.stringify(warnings) });
        } finally {
          if ((await store.findByFile(file)) === undefined) await tables.remove([file]);
        }
      });
    },
    remove: (id) =>
      fileGate.run(async () => {
        const removed = await store.remove(id);
        if ('unusedFile' in removed && removed.unusedFile !== null) await tables.remove([removed.unusedFile]);
        return removed;
      }),
    collectUnused: () =>
      fileGate.run(async () => {
        const usedFiles = new Set(await store.files());
        const leftovers = (await tables.list()).filter((name) => !usedFiles.has(name));
        await tables.remove(leftovers);
        return leftovers.length;
      }),
  };
}

/** How cells were written in the file is stored apart from the profile, which clients get as it is stored. */
function profileOf(columns: Ingested['columns']): Pick<TableProfile, 'columns' | 'columnCount' | 'readAs'> {
  return {
    columns: JSON.stringify(columns.map(({ readAs: _, ...column }) => column)),
    columnCount: columns.length,
    readAs: JSON.stringify(columns.map(({ readAs }) => readAs)),
  };
}
