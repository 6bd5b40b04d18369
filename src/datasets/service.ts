import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { NumberType } from '../formats/columnTypes.ts';
import type { FileFormat } from '../formats/text/fileFormat.ts';
import type { Clock } from '../kit/clock.ts';
import type { Tenant } from '../kit/contract/caller.ts';
import { INTERNAL_ERROR_DETAIL, ServiceError } from '../kit/contract/errors.ts';
import { idCursor, toPage } from '../kit/contract/pages.ts';
import { decodeCursor, type Page, type PageQuery } from '../kit/contract/wire.ts';
import { newId } from '../kit/ids.ts';
import type { Logger } from '../kit/log.ts';
import type { Blobs } from '../store/blobs/blobs.ts';
import type { Database } from '../store/database/database.ts';
import { toJson } from '../store/database/json.ts';
import type { DatasetRow } from '../store/database/tables.ts';
import { type ReadOptions, UPLOAD_FILE } from './ingest/protocol/messages.ts';
import { createRowReader } from './rows/rowReader.ts';
import type { Dataset, DatasetSummary } from './schemas.ts';
import { createDatasetStore, type Users } from './stored/store.ts';
import { createCachedTableFinder } from './stored/tableFiles.ts';
import {
  createIngestQueue,
  type IngestQueueLimits,
  type QueuedUpload,
  type TableProfile,
} from './upload/ingestQueue.ts';
import type { IngestMetrics } from './upload/metrics.ts';
import { clearTemporary, createScratch, type Scratch } from './upload/scratch.ts';
import { hashOnly, receive } from './upload/upload.ts';
import { limitWithinQuota, uploadLimit } from './upload/uploadLimit.ts';
import { datasetJson, datasetSummary, toDataset } from './view.ts';

export interface DatasetLimits extends IngestQueueLimits {
  /** Maximum size of an upload, compressed and decompressed. */
  readonly uploadBytes: number;
  /** Maximum ratio of the decompressed to the compressed size of an upload. */
  readonly maxExpansion: number;
}

export interface DatasetsDeps {
  readonly database: Database;
  /** The Parquet files. */
  readonly tables: Blobs;
  /** The folder of unfinished files, on the file system of the tables. */
  readonly temporary: string;
  readonly clock: Clock;
  readonly limits: DatasetLimits;
  readonly metrics?: IngestMetrics | undefined;
  readonly log?: Logger | undefined;
}

interface Upload {
  /** Id of the new dataset; undefined: generated. */
  readonly id?: string | undefined;
  readonly name: string;
  readonly body: Readable;
  /** The Content-Length. Beyond the limit the upload is refused before its body is read. */
  readonly declaredBytes?: number | undefined;
  /** The format that the client declares; null: it is detected from the content. */
  readonly format: FileFormat | null;
  /** The charset that the client declares; null: it is detected. */
  readonly charset?: string | null;
  readonly options: ReadOptions;
  /** Resolve when the bytes are received, before they are parsed. */
  readonly respondAsync: boolean;
  /** Aborts the upload before it is parsed. Without effect for `respondAsync`. */
  readonly signal?: AbortSignal | undefined;
}

/** A dataset with its cells. */
interface FoundDataset extends Dataset {
  /**
   * The different texts of a column; undefined when there are more than `max` or the file is
   * missing. Throws as `rows` does.
   */
  readonly textsOf: (column: string, max: number) => Promise<readonly string[] | undefined>;
  /**
   * Whether any word of a column of text can be read as the type; undefined when the file is
   * missing. Throws as `rows` does.
   */
  readonly readsAny: (column: string, type: NumberType) => Promise<boolean | undefined>;
}

/** The datasets of all projects. */
export interface AllDatasets {
  /**
   * Cleans up after a service that was stopped: fails interrupted datasets, deletes unfinished and
   * unused files. To be called once, before the first request of the only API over the data folder.
   */
  recover(): Promise<void>;
  of(tenant: Tenant): Datasets;
  /** Searches all projects when `project` is undefined. */
  find(id: string, project?: string): Promise<FoundDataset | undefined>;
  /** Path of the Parquet file of a ready dataset; undefined when the file is missing. */
  findFile(id: string): Promise<string | undefined>;
  /** Ends the row reader and resolves when no upload is being parsed. */
  close(): Promise<void>;
}

/** The datasets of a tenant. Throws ServiceError `dataset_not_found` for unknown ids. */
interface Datasets {
  /**
   * Returns the new dataset: ready or, with `respondAsync`, processing. Throws ServiceError, such
   * as `stored_bytes_quota`, and then leaves no data.
   */
  upload(upload: Upload): Promise<Dataset>;
  /**
   * The `sha256` that a dataset with this body would have. Throws as `upload` does for an invalid
   * body.
   */
  sha256Of(body: Readable): Promise<string>;
  /** Newest first. */
  list(query: PageQuery): Promise<Page<DatasetSummary>>;
  get(id: string): Promise<Dataset>;
  /** The JSON of the dataset when it is parsed, or after `seconds`. */
  wait(id: string, seconds: number): Promise<string>;
  /**
   * The JSON of `DatasetRows`: rows as objects by column name, in the order of the file. Throws
   * `dataset_not_ready` without a file to read, `payload_too_large` for a single row that is too
   * long, and `unavailable` when the process that reads them dies.
   */
  rows(id: string, range: RowRange): Promise<string>;
  /** Throws `dataset_in_use` while jobs or sweeps need it. */
  remove(id: string): Promise<void>;
}

interface RowRange {
  readonly limit: number;
  /** Number of rows to skip. */
  readonly offset: number;
}

const INTERRUPTED = { code: 'unavailable', message: 'The service stopped while it parsed the file: upload it again.' };
const INTERNAL = { code: 'internal_error', message: INTERNAL_ERROR_DETAIL };

export function createDatasets(deps: DatasetsDeps): AllDatasets {
  const { database, tables, temporary, clock, limits, metrics, log } = deps;
  const store = createDatasetStore(database);
  const ingestQueue = createIngestQueue({ tables, store, limits, metrics });
  const reader = createRowReader(tables.folder);
  const findTable = createCachedTableFinder(tables);
  const ingesting = new Map<string, Promise<void>>();

  /** Parses the upload after its response. The outcome is written to the row. */
  async function ingestLater(row: DatasetRow, scratch: Scratch, upload: Upload): Promise<void> {
    const finish = async (outcome: Partial<DatasetRow>) => void (await store.finish(row.id, outcome));
    try {
      await ingestQueue.ingest(toQueuedUpload(row, scratch, { ...upload, signal: undefined }), (profile) =>
        finish({ ...pickTableProfile(profile), state: 'ready' }),
      );
    } catch (error) {
      if (!(error instanceof ServiceError)) log?.error({ err: error, dataset: row.id }, 'parsing an upload failed');
      const failure = error instanceof ServiceError ? { code: error.code, message: error.message } : INTERNAL;
      await finish({ state: 'failed', error: toJson(failure) });
    } finally {
      await scratch.remove();
      ingesting.delete(row.id);
    }
  }

  async function ingestNow(row: DatasetRow, scratch: Scratch, upload: Upload, maxBytes: number | null): Promise<void> {
    await ingestQueue.ingest(toQueuedUpload(row, scratch, upload), (profile) =>
      store.insert({ ...row, ...pickTableProfile(profile), state: 'ready' }, maxBytes),
    );
    await scratch.remove();
  }

  function textsOf({ file }: DatasetRow): FoundDataset['textsOf'] {
    return async (column, max) => {
      const path = file === null ? undefined : await findTable(file);
      return path === undefined ? undefined : reader.texts(basename(path), column, max);
    };
  }

  function readsAny({ file }: DatasetRow): FoundDataset['readsAny'] {
    return async (column, type) => {
      const path = file === null ? undefined : await findTable(file);
      return path === undefined ? undefined : reader.readsAny(basename(path), column, type);
    };
  }

  function datasetsOf({ project, quotas: { storedBytes: maxBytes } }: Tenant): Datasets {
    async function findRow(id: string): Promise<DatasetRow> {
      const row = await store.find(id, project);
      if (row === undefined) throw notFound(id);
      return row;
    }

    const get = async (id: string) => toDataset(await findRow(id));

    return {
      get,

      async upload(upload) {
        const limit = await limitWithinQuota(database, project, maxBytes, limits.uploadBytes);
        if ((upload.declaredBytes ?? 0) > limit.bytes) throw limit.error;
        const id = upload.id ?? newId('ds', clock());
        const scratch = await createScratch(temporary, id);
        try {
          const received = await receive(upload.body, join(scratch.folder, UPLOAD_FILE), limit, limits.maxExpansion);
          metrics?.bytes.inc(received.bytes);
          const row: DatasetRow = { ...EMPTY_ROW, ...received, id, project, name: upload.name, createdAt: clock() };
          if (upload.respondAsync) {
            await store.insert(row, maxBytes);
            ingesting.set(id, ingestLater(row, scratch, upload));
          } else {
            await ingestNow(row, scratch, upload, maxBytes);
          }
        } catch (error) {
          await scratch.remove();
          throw error;
        }
        return get(id);
      },

      async sha256Of(body) {
        return (await hashOnly(body, uploadLimit(limits.uploadBytes), limits.maxExpansion)).sha256;
      },

      async list({ limit, after }) {
        const slice = await store.list(project, limit, after === undefined ? null : decodeCursor(after));
        return toPage(slice, datasetSummary, idCursor);
      },

      async wait(id, seconds) {
        await findRow(id);
        const timeUp = new AbortController();
        const ended = ingesting.get(id);
        if (ended && seconds > 0) {
          await Promise.race([ended, delay(seconds * 1000, undefined, { signal: timeUp.signal }).catch(() => {})]);
          timeUp.abort();
        }
        return datasetJson(await findRow(id));
      },

      async rows(id, { limit, offset }) {
        const row = await store.findFile(id, project);
        if (row === undefined) throw notFound(id);
        if (row.file === null) {
          const why = row.state === 'failed' ? 'could not be parsed' : 'is still being parsed';
          throw new ServiceError('dataset_not_ready', `Dataset ${id} has no rows: its file ${why}.`);
        }
        const path = await findTable(row.file);
        if (path === undefined) throw fileMissing(id);
        const { items, count } = await reader.read(basename(path), limit, offset);
        const total = row.rows ?? 0;
        const next = count > 0 && offset + count < total ? offset + count : null;
        return `{"items":${items},"offset":${offset},"next":${next},"total":${total}}`;
      },

      async remove(id) {
        await findRow(id);
        const removed = await ingestQueue.remove(id);
        if ('users' in removed) throw inUse(removed.users);
      },
    };
  }

  return {
    of: datasetsOf,

    async recover() {
      await store.failProcessing(toJson(INTERRUPTED));
      await clearTemporary(temporary);
      const files = await ingestQueue.collectUnused();
      if (files > 0) log?.info({ files }, 'unused files of uploads deleted');
    },

    async find(id, project) {
      const row = await store.find(id, project);
      return row && { ...toDataset(row), textsOf: textsOf(row), readsAny: readsAny(row) };
    },

    async findFile(id) {
      const row = await store.find(id);
      return row?.file ? findTable(row.file) : undefined;
    },

    async close() {
      reader.close();
      await Promise.all(ingesting.values());
    },
  };
}

const EMPTY_ROW = {
  state: 'processing',
  rows: null,
  file: null,
  columns: '[]',
  warnings: '[]',
  readAs: '[]',
  columnCount: 0,
  error: null,
} satisfies Partial<DatasetRow>;

function pickTableProfile({ rows, file, columns, columnCount, readAs, warnings }: TableProfile): TableProfile {
  return { rows, file, columns, columnCount, readAs, warnings };
}

function notFound(id: string): ServiceError {
  return new ServiceError('dataset_not_found', `Dataset ${JSON.stringify(id)} does not exist.`);
}

function toQueuedUpload({ project, sha256 }: DatasetRow, { folder }: Scratch, upload: Upload): QueuedUpload {
  const { format, charset = null, options, signal } = upload;
  return { folder, project, sha256, format, charset, options, signal };
}

/** The table is created again from the same bytes. */
function fileMissing(id: string): ServiceError {
  return new ServiceError(
    'dataset_not_ready',
    `The file of dataset ${id} is missing: upload the same file again to restore it.`,
  );
}

function inUse({ jobs, sweeps }: Users): ServiceError {
  const users = [
    ...(jobs > 0 ? [jobs === 1 ? '1 job' : `${jobs} jobs`] : []),
    ...(sweeps > 0 ? [sweeps === 1 ? '1 sweep' : `${sweeps} sweeps`] : []),
  ].join(' and ');
  const need = jobs + sweeps === 1 ? 'needs' : 'need';
  return new ServiceError(
    'dataset_in_use',
    `${users} ${need} the dataset: wait until they have finished, or cancel them.`,
  );
}
