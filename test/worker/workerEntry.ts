/** The worker process of tests: `node workerEntry.ts DATABASE THREAD_MODULE`. */
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { createCheckpoints } from '../../src/jobs/checkpoints/checkpoints.ts';
import { createRegistry } from '../../src/kit/metrics.ts';
import { createFolderBlobs } from '../../src/store/blobs/folder.ts';
import { openDatabase } from '../../src/store/database/database.ts';
import { runWorker } from '../../src/worker/process.ts';
import { findDataset, findFile } from '../jobs/datasets.ts';
import { saveModel } from '../jobs/models.ts';

const [databasePath = '', threadModule = ''] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const database = openDatabase(databasePath);
await runWorker({
  database,
  findDataset: findDataset(database),
  findFile: findFile(database),
  saveModel,
  checkpoints: createCheckpoints({
    database,
    blobs: createFolderBlobs(join(dirname(databasePath), 'checkpoints')),
    clock: Date.now,
    log,
  }),
  checkpointMs: 10_000,
  threads: 2,
  cores: 2,
  memoryBytes: 2 ** 34,
  kernels: 'reference',
  clock: Date.now,
  log,
  threadModule,
  registry: createRegistry('worker'),
});
await database.destroy();
