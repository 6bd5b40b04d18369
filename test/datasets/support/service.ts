import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { datasetRoutes } from '../../../src/datasets/routes.ts';
import { type AllDatasets, createDatasets, type DatasetLimits } from '../../../src/datasets/service.ts';
import { buildApp } from '../../../src/http/app.ts';
import { type Folders, foldersOf, prepareFolders } from '../../../src/kit/folders.ts';
import { createFolderBlobs } from '../../../src/store/blobs/folder.ts';
import { type Database, openDatabase } from '../../../src/store/database/database.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../../support/access.ts';
import { DATASET_LIMITS } from '../../support/datasetLimits.ts';

/** The routes of datasets over a new data folder. */
export interface TestService {
  readonly app: FastifyInstance;
  readonly datasets: AllDatasets;
  readonly database: Database;
  readonly folders: Folders;
  readonly close: () => Promise<void>;
}

/**
 * `busyTimeoutMs`: how long it waits for another program that holds the database; as long as the
 * service does if it is not said.
 */
export async function startDatasets(
  limits: Partial<DatasetLimits> = {},
  disk = tmpdir(),
  busyTimeoutMs?: number,
): Promise<TestService> {
  const data = mkdtempSync(join(disk, 'trainyard-datasets-'));
  const folders = foldersOf(data);
  prepareFolders(folders);
  const database = openDatabase(folders.database, { busyTimeoutMs });
  const all = { ...DATASET_LIMITS, ...limits };
  const { temporary } = folders;
  const tables = createFolderBlobs(folders.datasets);
  const datasets = createDatasets({ database, tables, temporary, clock: Date.now, limits: all });
  const app = await buildApp({
    version: '0.0.0',
    routes: [datasetRoutes({ datasets, maxUploadBytes: all.uploadBytes })],
    guard: OPEN_GUARD,
    limits: HTTP_LIMITS,
    idempotency: { database, clock: Date.now },
    logger: false,
  });
  return {
    app,
    datasets,
    database,
    folders,
    close: async () => {
      await app.close();
      await datasets.close();
      await database.destroy();
      rmSync(data, { recursive: true });
    },
  };
}

/** Every file below the folders of tables and unfinished files. */
export function filesIn({ datasets, temporary }: Folders): string[] {
  return [datasets, temporary].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name),
  );
}
