import { join } from 'node:path';
import type { FileFormat } from '../../formats/text/fileFormat.ts';
import { createSemaphore } from '../../kit/limits/semaphore.ts';
import type { Blobs } from '../../store/blobs/blobs.ts';
import { toJson } from '../../store/database/json.ts';
import type { DatasetRow } from '../../store/database/tables.ts';
import { type Ingested, type ReadOptions, TABLE_FILE } from '../ingest/protocol/messages.ts';
import type { DatasetStore } from '../stored/store.ts';
import { createTableFinder } from '../stored/tableFiles.ts';
import { type IngestLimits, ingestUpload } from './ingestClient.ts';
import type { IngestMetrics } from './metrics.ts';
import { tableFileName } from './readOptions.ts';

export interface IngestQueueLimits extends IngestLimits {
  /**
   * Number of files that are parsed at once. Each uses every core, so more would only use more
   * memory.
   */
  readonly ingestions: number;
  /** Maximum number of queued files of one project. */
  readonly waitingIngestions: number;
}

/** The columns of a dataset's row that ingestion adds. */
export type TableProfile = Pick<DatasetRow, 'rows' | 'file' | 'columns' | 'columnCount' | 'readAs' | 'warnings'>;

export interface IngestQueue {
  /**
   * Parses the upload in `folder` and calls `save` while no other call can delete the table.
   * Projects are served in turn. The table of an earlier upload of the project with the same bytes
   * and options is shared. Tables of other projects are not, because the response time would
   * disclose that they exist. Throws ServiceError `invalid_file`, `table_too_large`, `overloaded`
   * when the project has too many queued files, and the reason of an aborted signal, which ends the
   * parsing.
   */
  readonly ingest: (upload: QueuedUpload, save: (profile: TableProfile) => Promise<void>) => Promise<void>;
  /** Deletes the row of a dataset, and the file with the last row that uses it. */
  readonly remove: DatasetStore['remove'];
  /**
   * Deletes the tables that no dataset names, and returns their number. A crash leaves them when it
   * comes before the row is written or after it is deleted.
   */
  readonly collectUnused: () => Promise<number>;
}

/** An upload that was received and not parsed. */
export interface QueuedUpload {
  readonly project: string;
  readonly folder: string;
  readonly sha256: string;
  readonly format: FileFormat | null;
  readonly charset: string | null;
  readonly options: ReadOptions;
  /** Aborts the ingestion. */
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
  const read = async ({ folder, format, charset, options, signal }: QueuedUpload) => {
    const timed = metrics?.seconds.startTimer();
    let outcome = 'refused';
    try {
      const ingested = await ingestUpload(folder, { format, charset, options }, limits, signal);
      metrics?.rows.inc(ingested.rows);
      outcome = 'ready';
      return ingested;
    } finally {
      timed?.({ outcome });
    }
  };
  return {
    async ingest(upload, save) {
      const { folder, project, signal } = upload;
      const file = tableFileName(upload);
      const shared = await fileGate.run(async () => {
        const known = await store.findByFile(file, project);
        // A missing file is created again from these bytes, for all datasets that use it.
        if (known === undefined || (await findTable(file)) === undefined) return false;
        await save(known);
        return true;
      });
      if (shared) return;
      const { rows, columns, warnings } = await ingestGate.run(() => read(upload), { group: project, signal });
      await fileGate.run(async () => {
        await tables.put(file, { file: join(folder, TABLE_FILE) });
        try {
          await save({ rows, file, ...profileOf(columns), warnings: toJson(warnings) });
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

/**
 * Separates the parse options from the profile, because clients get the profile as it is stored.
 */
function profileOf(columns: Ingested['columns']): Pick<TableProfile, 'columns' | 'columnCount' | 'readAs'> {
  return {
    columns: toJson(columns.map(({ readAs: _, ...column }) => column)),
    columnCount: columns.length,
    readAs: toJson(columns.map(({ readAs }) => readAs)),
  };
}
