import { availableParallelism } from 'node:os';
import type { Config } from '../config/config.ts';
import { createCheckpoints } from '../jobs/checkpoints/checkpoints.ts';
import type { Logger } from '../kit/log.ts';
import { createRegistry } from '../kit/metrics.ts';
import { modulePath } from '../kit/node.ts';
import { shutdownBudget } from '../kit/shutdownBudget.ts';
import { makeDataFolder } from '../maintenance/dataFolder.ts';
import { startReportRunner } from '../models/reports/runner/reportRunner.ts';
import { saveModel } from '../models/stored/save/saveModel.ts';
import type { EventBus } from '../notifications/bus.ts';
import { openCollections } from '../store/blobs/collections.ts';
import { openDatabase } from '../store/database/database.ts';
import { createQueryMetrics } from '../store/database/metrics.ts';
import { startSweepRunner } from '../sweeps/runner/sweepRunner.ts';
import { chooseKernels } from '../training/backend/kernels.ts';
import { runWorker } from '../worker/process.ts';
import { REPORT_KINDS } from './reportKinds.ts';
import { datasetsOf, tracerOf } from './serviceDeps.ts';

const MS_PER_SECOND = 1000;

/**
 * Runs jobs of the data folder until the process gets a stop signal or its parent is gone. Throws
 * ConfigurationError if the configured kernels are not available.
 */
export async function runWorkerRole(config: Config, log: Logger): Promise<void> {
  // Each thread loads its own kernels. An error in loading them is reported here, once, before any
  // thread starts.
  const { description, maxThreads } = chooseKernels(config.kernels);
  log.info({ kernels: description }, 'kernels selected');
  const folders = makeDataFolder(config.data, log);
  const blobs = openCollections(folders);
  const registry = createRegistry('worker');
  const database = openDatabase(folders.database, { onQuery: createQueryMetrics(registry) });
  const datasets = datasetsOf({ config, folders, blobs, database, registry, log });
  const { workers: threads, kernels } = config;
  const { find: findDataset, findFile } = datasets;
  const clock = Date.now;
  const checkpoints = createCheckpoints({ database, blobs: blobs.checkpoints, clock, log });
  const checkpointMs = config.checkpointSeconds * MS_PER_SECOND;
  const rooms = { saveModel, findDataset, findFile, checkpoints };
  const cores = availableParallelism();
  const { threadMs: stopMs, workerMs: exitMs } = shutdownBudget(config.shutdownSeconds);
  const machine = { threads, cores, memoryBytes: config.jobMemoryBytes, kernels };
  const tracer = tracerOf(config, 'worker', log);
  const measuring = { registry, tracer, log };
  const sweepMachine = { cores, coresOfJob: Math.min(cores, maxThreads), memoryBytes: config.jobMemoryBytes };
  const startCompanion = (bus: EventBus) => {
    const sweeps = startSweepRunner({ database, findDataset, machine: sweepMachine, bus, clock, log });
    const module = modulePath(import.meta.url, './reportThread');
    const reportDeps = { database, kinds: REPORT_KINDS, findFile, module, setup: { kernels } };
    const reports = startReportRunner({ ...reportDeps, bus, clock, log });
    return { stop: async () => void (await Promise.all([sweeps.stop(), reports.stop()])) };
  };
  await runWorker({
    database,
    ...rooms,
    ...machine,
    checkpointMs,
    stopMs,
    exitMs,
    clock,
    startCompanion,
    ...measuring,
  });
  await tracer?.stop();
  await datasets.close();
  await database.destroy();
}
