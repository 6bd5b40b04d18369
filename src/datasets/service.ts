import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../kit/clock.ts';
import { INTERNAL_ERROR_DETAIL, ServiceError } from '../kit/errors.ts';
import type { Folders } from '../kit/folders.ts';
import { newId } from '../kit/ids.ts';
import type { Logger } from '../kit/log.ts';
import { decodeCursor, type Page, type PageQuery, toPage } from '../kit/wire.ts';
import type { Database } from '../store/database.ts';
import type { DatasetRow } from '../store/tables.ts';
import { clearScratch, createScratch, type Scratch } from './folders.ts';
import { type FileFormat, type ReadOptions, UPLOAD_FILE } from './ingest/messages.ts';
import type { IngestLimits } from './ingestClient.ts';
import { createIntake, type TableFacts } from './intake.ts';
import { createRowReader } from './rowReader.ts';
import type { Dataset, DatasetRows } from './schemas.ts';
import { createDatasetStore } from './store.ts';
import { receive } from './upload.ts';
import { toDataset } from './view.ts';

export interface DatasetLimits extends IngestLimits {
  /** The largest upload, packed or unpacked. */
  readonly uploadBytes: number;
}

export interface DatasetsParts {
  readonly database: Database;
  readonly folders: Folders;
  readonly clock: Clock;
  readonly limits: DatasetLimits;
  readonly log?: Logger | undefined;
}

interface Upload {
  readonly name: string;
  readonly body: Readable;
  /** What the client calls the format; null is to be told from the content. */
  readonly format: FileFormat | null;
  readonly options: ReadOptions;
  /** Answer as soon as the bytes are here, before they are read. */
  readonly respondAsync: boolean;
}

/** The tables that clients uploaded. Throws ServiceError `dataset_not_found` for an id that is none, where it does not say undefined. */
export interface Datasets {
  /** Before the first request of the only API over the data folder: ends what a stopped service left unfinished. */
  recover(): Promise<void>;
  /** The new dataset, ready or, with `respondAsync`, processing. Nothing stays of one that throws ServiceError. */
  upload(upload: Upload): Promise<Dataset>;
  /** Newest first. */
  list(query: PageQuery): Promise<Page<Dataset>>;
  find(id: string): Promise<Dataset | undefined>;
  get(id: string): Promise<Dataset>;
  /** The dataset as soon as it is read, or as it is after so many seconds. */
  wait(id: string, seconds: number): Promise<Dataset>;
  /** Rows as objects by column name, in the order of the file. Throws `dataset_not_ready` when there is no file to read. */
  rows(id: string, range: RowRange): Promise<DatasetRows>;
  /** Throws `dataset_in_use` while jobs need it. */
  remove(id: string): Promise<void>;
  /** The Parquet file of a dataset that is ready. */
  findFile(id: string): Promise<string | undefined>;
  /** Ends the reader; resolves when no upload is being read any more. */
  close(): Promise<void>;
}

interface RowRange {
  readonly limit: number;
  /** Rows before the first. */
  readonly offset: number;
}

const INTERRUPTED = { code: 'invalid_file', message: 'The service stopped while it read the file: upload it again.' };
const INTERNAL = { code: 'internal_error', message: INTERNAL_ERROR_DETAIL };

export function createDatasets({ database, folders, clock, limits, log }: DatasetsParts): Datasets {
  const store = createDatasetStore(database);
  const intake = createIntake(folders, store, limits);
  const reader = createRowReader(folders.datasets);
  const reading = new Map<string, Promise<void>>();

  async function find(id: string): Promise<Dataset | undefined> {
    const row = await store.find(id);
    return row && toDataset(row);
  }

  async function get(id: string): Promise<Dataset> {
    return toDataset(await findRow(id));
  }

  async function findRow(id: string): Promise<DatasetRow> {
    const row = await store.find(id);
    if (row === undefined) throw new ServiceError('dataset_not_found', `There is no dataset ${JSON.stringify(id)}.`);
    return row;
  }

  /** Reads the upload after its answer; what comes of it is in the row. */
  async function readLater(row: DatasetRow, scratch: Scratch, upload: Upload): Promise<void> {
    const finish = async (outcome: Partial<DatasetRow>) => void (await store.finish(row.id, outcome));
    const { format, options } = upload;
    try {
      await intake.take({ folder: scratch.folder, sha256: row.sha256, format, options }, (facts) =>
        finish({ ...tableFacts(facts), state: 'ready' }),
      );
    } catch (error) {
      if (!(error instanceof ServiceError)) log?.error({ err: error, dataset: row.id }, 'reading an upload failed');
      const failure = error instanceof ServiceError ? { code: error.code, message: error.message } : INTERNAL;
      await finish({ state: 'failed', error: JSON.stringify(failure) });
    } finally {
      await scratch.remove();
      reading.delete(row.id);
    }
  }

  async function readNow(row: DatasetRow, scratch: Scratch, { format, options }: Upload): Promise<void> {
    await intake.take({ folder: scratch.folder, sha256: row.sha256, format, options }, (facts) =>
      store.insert({ ...row, ...tableFacts(facts), state: 'ready' }),
    );
    await scratch.remove();
  }

  return {
    find,
    get,

    async recover() {
      await store.failProcessing(JSON.stringify(INTERRUPTED));
      await clearScratch(folders);
    },

    async upload(upload) {
      const id = newId('ds', clock());
      const scratch = await createScratch(folders, id);
      try {
        const { bytes, sha256 } = await receive(upload.body, join(scratch.folder, UPLOAD_FILE), limits.uploadBytes);
        const row: DatasetRow = { ...EMPTY_ROW, id, name: upload.name, bytes, sha256, createdAt: clock() };
        if (upload.respondAsync) {
          await store.insert(row);
          reading.set(id, readLater(row, scratch, upload));
        } else {
          await readNow(row, scratch, upload);
        }
      } catch (error) {
        await scratch.remove();
        throw error;
      }
      return get(id);
    },

    async list({ limit, after }) {
      const rows = await store.list(limit + 1, after === undefined ? null : decodeCursor(after));
      return toPage(rows, limit, toDataset);
    },

    async wait(id, seconds) {
      const timeUp = new AbortController();
      const ended = reading.get(id);
      if (ended && seconds > 0) {
        await Promise.race([ended, delay(seconds * 1000, undefined, { signal: timeUp.signal }).catch(() => {})]);
        timeUp.abort();
      }
      return get(id);
    },

    async rows(id, { limit, offset }) {
      const row = await findRow(id);
      if (row.file === null) {
        const why = row.state === 'failed' ? 'could not be read' : 'is still being read';
        throw new ServiceError('dataset_not_ready', `The file of dataset ${id} ${why}: it has no rows.`);
      }
      const names = toDataset(row).columns.map(({ name }) => name);
      const rows = await reader.read(row.file, limit, offset);
      // Not by assignment: a column may be called __proto__.
      const items = rows.map((cells) => Object.fromEntries(names.map((name, index) => [name, cells[index] ?? null])));
      return { items, offset, total: row.rows ?? 0 };
    },

    async remove(id) {
      await findRow(id);
      const removed = await intake.remove(id);
      if ('jobs' in removed) {
        const jobs = removed.jobs === 1 ? '1 job needs' : `${removed.jobs} jobs need`;
        throw new ServiceError('dataset_in_use', `${jobs} the dataset: wait for them, or cancel them.`);
      }
    },

    async findFile(id) {
      const row = await store.find(id);
      return row?.file ? join(folders.datasets, row.file) : undefined;
    },

    async close() {
      reader.close();
      await Promise.all(reading.values());
    },
  };
}

const EMPTY_ROW = {
  state: 'processing',
  rows: null,
  file: null,
  columns: '[]',
  warnings: '[]',
  error: null,
} satisfies Partial<DatasetRow>;

function tableFacts({ rows, file, columns, warnings }: TableFacts): TableFacts {
  return { rows, file, columns, warnings };
}
