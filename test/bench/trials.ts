/** The overhead of a sweep's trials over their training, with the built program's own worker. */
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { readTable } from '../../src/datasets/rows/readTable.ts';
import { createDatasets } from '../../src/datasets/service.ts';
import type { Table } from '../../src/formats/table.ts';
import type { FileFormat } from '../../src/formats/text/fileFormat.ts';
import { type CheckedRequest, checkRequest } from '../../src/jobs/submission/check.ts';
import { insertTrial } from '../../src/jobs/trials.ts';
import { foldersOf, prepareFolders } from '../../src/kit/folders.ts';
import { createEventBus } from '../../src/notifications/bus.ts';
import { createFolderBlobs } from '../../src/store/blobs/folder.ts';
import { openDatabase } from '../../src/store/database/database.ts';
import { chooseKernels } from '../../src/training/backend/kernels.ts';
import { trainPrepared } from '../../src/training/loop/train.ts';
import { prepare } from '../../src/training/prepare.ts';
import { startSupervisor } from '../../src/worker/supervisor.ts';
import { pickColumns, pinColumns } from '../../src/worker/thread/columns.ts';
import { insertSweep } from '../jobs/sweeps.ts';
import { TENANT } from '../support/access.ts';
import { PACKAGE_ROOT } from '../support/builtService.ts';
import { DATASET_LIMITS } from '../support/datasetLimits.ts';
import { hasSharedData, SHARED_DATA } from '../support/sharedData.ts';
import { cpuSecondsOf, memoryOf } from './processes.ts';
import type { Row } from './report.ts';

interface Trials {
  readonly dataset: string;
  readonly file: string;
  readonly format: FileFormat;
  readonly target: string;
  readonly training: Readonly<Record<string, unknown>>;
  readonly trials: number;
}

const SWEEPS: readonly Trials[] = [
  {
    dataset: 'iris',
    file: 'iris/iris.csv',
    format: 'csv',
    target: 'species',
    training: { epochs: 20, batchSize: 32, earlyStopping: null },
    trials: 1000,
  },
  {
    dataset: 'adult',
    file: 'adult/adult.parquet',
    format: 'parquet',
    target: 'income',
    training: { epochs: 1, batchSize: 256 },
    trials: 10,
  },
];

const PROGRAM = join(PACKAGE_ROOT, 'dist/server/trainingProcess.js');
const MACHINE = { cores: availableParallelism(), coresOfJob: 1, memoryBytes: 2 ** 34 };
const POLL_MS = 20;
/** The point where memory is first compared: growth before it is caches that fill. */
const WARM_SHARE = 0.2;
const log = pino({ level: 'silent' });

/**
 * A row for each sweep and number of worker threads. The trials differ only in their learning
 * rates.
 */
export async function benchTrials(): Promise<readonly Row[]> {
  if (!hasSharedData) {
    console.log('The published tables are not next to this checkout: no trials measured.');
    return [];
  }
  const rows: Row[] = [];
  for (const sweep of SWEEPS)
    for (const workers of new Set([1, MACHINE.cores])) rows.push(await benchSweep(sweep, workers));
  return rows;
}

async function benchSweep(sweep: Trials, workers: number): Promise<Row> {
  const service = await openTestService(sweep);
  try {
    const { datasetId, file, database, bus, checked } = service;
    const arithmeticSeconds = trainAll(await readTable(file), checked);
    const worker = await startWorker(service, workers);
    const sweepId = await insertSweep(database, datasetId);
    const usedBefore = worker.used();
    const start = performance.now();
    await database.transaction().execute(async (transaction) => {
      for (const [trial, request] of checked.entries()) {
        const place = { project: TENANT.project, machine: MACHINE, now: Date.now(), sweepId, trial, stopRule: null };
        await insertTrial(transaction, { ...place, checked: request });
      }
    });
    bus.publish({ kind: 'queued' });
    const inserted = performance.now();
    const done = async () => {
      const { jobs } = await database
        .selectFrom('jobs')
        .select((eb) => eb.fn.countAll<number>().as('jobs'))
        .where('state', '=', 'succeeded')
        .executeTakeFirstOrThrow();
      return jobs;
    };
    let warm: number | undefined;
    for (let jobs = await done(); jobs < sweep.trials; jobs = await done()) {
      if (jobs >= WARM_SHARE * sweep.trials) warm ??= worker.used().megabytes;
      await delay(POLL_MS);
    }
    const wallSeconds = (performance.now() - inserted) / 1000;
    const used = worker.used();
    await worker.stop();
    const ofTrial = (seconds: number) => (1000 * seconds) / sweep.trials;
    return {
      dataset: sweep.dataset,
      trials: sweep.trials,
      threads: workers,
      insertMilliseconds: ofTrial((inserted - start) / 1000),
      wallSeconds,
      arithmeticMilliseconds: ofTrial(arithmeticSeconds),
      overheadMilliseconds: ofTrial(wallSeconds * workers - arithmeticSeconds),
      cpuMilliseconds: ofTrial(used.cpuSeconds - usedBefore.cpuSeconds),
      warmMegabytes: warm ?? null,
      megabytes: used.megabytes,
    };
  } finally {
    await service.close();
  }
}

/** A data folder with the dataset, and the trials to run on it. */
async function openTestService({ dataset, file, format, target, training, trials }: Trials) {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-bench-'));
  const folders = foldersOf(folder);
  prepareFolders(folders);
  const database = openDatabase(folders.database);
  const { temporary } = folders;
  const tables = createFolderBlobs(folders.datasets);
  const datasets = createDatasets({ database, tables, temporary, clock: Date.now, limits: DATASET_LIMITS });
  const options = { delimiter: null, header: null, nullValues: null, types: [] };
  const body = createReadStream(join(SHARED_DATA, file));
  const { id } = await datasets.of(TENANT).upload({ format, respondAsync: false, options, name: dataset, body });
  const checked: CheckedRequest[] = [];
  for (let trial = 0; trial < trials; trial++) {
    const optimizer = { type: 'adamw', learningRate: 0.001 * 1.002 ** trial };
    const request = { datasetId: id, target, training: { ...training, optimizer } };
    checked.push(await checkRequest(request, (given) => datasets.find(given), MACHINE));
  }
  const close = async () => {
    await datasets.close();
    await database.destroy();
    rmSync(folder, { recursive: true });
  };
  return {
    folders,
    datasetId: id,
    file: (await datasets.findFile(id)) ?? '',
    database,
    bus: createEventBus(),
    checked,
    close,
  };
}

/** Processor seconds of the trainings alone, on prepared data, one after another on this thread. */
function trainAll(table: Table, checked: readonly CheckedRequest[]): number {
  const { createKernels } = chooseKernels('auto');
  const [first] = checked;
  const { spec, columns } = pinColumns(first.spec, first.shape.columns);
  const prepared = prepare(pickColumns(table, columns), spec);
  const trainOne = ({ spec: { training } }: CheckedRequest) => {
    trainPrepared(prepared, {
      spec: { ...spec, training },
      createKernels,
      checkpoint: null,
      control: { stopRequest: () => null, consumeCheckpointRequest: () => false, threads: () => 1, setStep: () => {} },
      clock: Date.now,
      onStart: () => {},
      onEpoch: () => {},
      onCheckpoint: () => {},
    });
  };
  for (const request of checked.slice(0, checked.length / 10)) trainOne(request);
  // The clock would count other processes too.
  const before = process.threadCpuUsage();
  checked.forEach(trainOne);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1e6;
}

async function startWorker({ folders, database, bus }: Awaited<ReturnType<typeof openTestService>>, workers: number) {
  const flags = { data: join(folders.database, '..'), workers, 'log-level': 'silent' };
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  const supervisor = startSupervisor({ database, module: PROGRAM, args, bus, clock: Date.now, log });
  while (!supervisor.ready()) await delay(POLL_MS);
  return { used: () => usedBy(supervisor.pid()), stop: supervisor.stop };
}

function usedBy(pid: number | undefined) {
  if (pid === undefined) throw new Error('The worker process has ended.');
  return { cpuSeconds: cpuSecondsOf(pid), megabytes: memoryOf(pid) };
}
