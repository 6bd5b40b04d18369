/** The worker process of tests: `node workerEntry.ts DATABASE THREAD_MODULE`. */
import { pino } from 'pino';
import { runWorker } from '../../src/jobs/worker/workerProcess.ts';
import { openDatabase } from '../../src/store/database.ts';
import { findDataset, findFile } from './datasets.ts';
import { saveModel } from './models.ts';

const [databasePath = '', threadModule = ''] = process.argv.slice(2);
const database = openDatabase(databasePath);
await runWorker({
  database,
  findDataset: findDataset(database),
  findFile: findFile(database),
  saveModel,
  threads: 2,
  kernels: 'reference',
  clock: Date.now,
  log: pino({ level: 'silent' }),
  threadModule,
});
await database.destroy();
