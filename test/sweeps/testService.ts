import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import { createDatasets } from '../../src/datasets/service.ts';
import { createReferenceKernels } from '../../src/engine/kernels/reference/reference.ts';
import { buildApp } from '../../src/http/app.ts';
import { jobRoutes } from '../../src/jobs/routes.ts';
import { createJobs } from '../../src/jobs/service.ts';
import { NO_QUOTAS, type Quotas, type Tenant } from '../../src/kit/contract/caller.ts';
import { foldersOf, prepareFolders } from '../../src/kit/folders.ts';
import { saveModel } from '../../src/models/stored/save/saveModel.ts';
import { createEventBus } from '../../src/notifications/bus.ts';
import { createModelServices, modelRoutesOf } from '../../src/server/assembleModels.ts';
import { createFolderBlobs } from '../../src/store/blobs/folder.ts';
import { sweepActionRoutes } from '../../src/sweeps/actionRoutes.ts';
import { createAskAndTell } from '../../src/sweeps/external/askAndTell.ts';
import { askAndTellRoutes } from '../../src/sweeps/external/routes.ts';
import { createSearchCache } from '../../src/sweeps/external/searchCache.ts';
import { createSearchWorker } from '../../src/sweeps/external/searchWorker.ts';
import { sweepRoutes } from '../../src/sweeps/routes.ts';
import { startSweepRunner } from '../../src/sweeps/runner/sweepRunner.ts';
import type { Sweep } from '../../src/sweeps/schemas.ts';
import { createSweeps } from '../../src/sweeps/service.ts';
import { trialRoutes } from '../../src/sweeps/trialRoutes.ts';
import type { Trial } from '../../src/sweeps/trials/schemas.ts';
import { createTrainingMetrics } from '../../src/worker/run/metrics.ts';
import { createPool } from '../../src/worker/thread/pool.ts';
import { startWorker } from '../../src/worker/worker.ts';
import { checkpointsIn, log, makeFolder } from '../jobs/fixtures.ts';
import { HTTP_LIMITS, OPEN_GUARD, TENANT } from '../support/access.ts';
import { DATASET_LIMITS } from '../support/datasetLimits.ts';

const THREAD = fileURLToPath(new URL('../../src/worker/thread/thread.ts', import.meta.url));
const CSV = {
  format: 'csv',
  respondAsync: false,
  options: { delimiter: null, header: null, nullValues: null, types: [] },
} as const;
const MACHINE = { cores: 2, coresOfJob: 2, memoryBytes: 2 ** 34 };

/** A table of 120 points of two classes with some noise. */
function points(): string {
  const rows = Array.from({ length: 120 }, (_, i) => {
    const [x, y] = [((i * 37) % 100) / 50 - 1, ((i * 61) % 89) / 44 - 1];
    return [x, y, x * y + (((i * 13) % 7) - 3) / 20 > 0 ? 'in' : 'out'];
  });
  return ['x,y,kind', ...rows.map((row) => row.join(','))].join('\n');
}

/** A job that trains for some milliseconds. */
export const TINY = {
  target: 'kind',
  network: { layers: [{ units: 4 }] },
  training: { epochs: 6, batchSize: 32, earlyStopping: null },
};
export const RATES = {
  'training.optimizer.learningRate': { type: 'logUniform', min: 1e-4, max: 1 },
  'training.batchSize': { type: 'choice', values: [16, 32, 64] },
};

/** The sweeps of a service with real files. The test starts workers with real threads. */
export async function openTestService() {
  const { folder, database, close } = makeFolder();
  const folders = foldersOf(folder);
  prepareFolders(folders);
  const { temporary } = folders;
  const tables = createFolderBlobs(folders.datasets);
  const datasets = createDatasets({ database, tables, temporary, clock: Date.now, limits: { ...DATASET_LIMITS } });
  const upload = { ...CSV, name: 'points', body: Readable.from([Buffer.from(points())]) };
  const { id: datasetId } = await datasets.of(TENANT).upload(upload);
  const bus = createEventBus();
  const { find: findDataset, findFile } = datasets;
  const checkpoints = checkpointsIn(folder, database);
  const common = { database, findDataset, checkpoints, bus, machine: MACHINE, clock: Date.now };
  const { suggest, computeImportance, close: closeSearchWorker } = createSearchWorker();
  const searchCache = createSearchCache({ database, suggest });
  const modelServices = createModelServices({
    database,
    bus,
    findDataset,
    findFile,
    kernels: 'auto',
    createKernels: createReferenceKernels,
    log,
    temporaryFolder: folder,
    maxTextBytes: 2 ** 20,
    maxExpansion: 10,
    ingestLimits: DATASET_LIMITS,
    json: { bytes: 2 ** 20, depth: 64, values: 1e5, members: 10_000 },
  });
  const getModel = (tenant: Tenant, id: string) => modelServices.models(tenant).get(id);
  const sweepsDeps = { ...common, workers: 2, computeImportance, ensembles: modelServices.ensembles, getModel };
  const sweepsOf = (quotas: Quotas) => createSweeps(sweepsDeps, { ...TENANT, quotas });
  const sweeps = sweepsOf(NO_QUOTAS);
  const askAndTell = createAskAndTell({ ...common, searchCache }, TENANT.project);
  const jobs = createJobs(common, TENANT);
  const app = await buildApp({
    version: '0',
    routes: [
      jobRoutes({ jobs: () => jobs }),
      sweepRoutes({ sweeps: () => sweeps }),
      trialRoutes({ sweeps: () => sweeps }),
      sweepActionRoutes({ sweeps: () => sweeps, getModel }),
      askAndTellRoutes({ askAndTell: () => askAndTell, close: closeSearchWorker }),
      ...modelRoutesOf(modelServices, 2 ** 20),
    ],
    guard: OPEN_GUARD,
    limits: HTTP_LIMITS,
    logger: false,
  });

  /** Starts a worker and a sweep runner, which end with the test at the latest. */
  const startTraining = (threads = 2) => {
    const pool = createPool({ module: THREAD, setup: { kernels: 'auto' }, threads, onError: () => {} });
    const metrics = createTrainingMetrics(new Registry());
    const training = { findFile, saveModel, checkpointMs: 10_000, pool, threads, cores: 2, memoryBytes: 1e12, log };
    const worker = startWorker({ ...common, ...training, metrics });
    const runner = startSweepRunner({ ...common, log });
    const stop = async () => {
      await runner.stop();
      await worker.stop();
    };
    stops.push(stop);
    return { stop };
  };
  const stops: (() => Promise<void>)[] = [];
  onTestFinished(async () => {
    for (const stop of stops) await stop();
    await app.close();
    await datasets.close();
    await close();
  });

  const ask = async (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) => {
    const response = await app.inject({ method, url, ...(payload && { payload }) });
    return {
      status: response.statusCode,
      body: response.body === '' ? null : response.json(),
      headers: response.headers,
    };
  };
  const job = { datasetId, ...TINY };
  return {
    database,
    findDataset,
    machine: MACHINE,
    clock: Date.now,
    datasets: datasets.of(TENANT),
    datasetId,
    job,
    jobs,
    bus,
    sweepsOf,
    startTraining,
    get: (url: string) => ask('GET', url),
    post: (url: string, body: object = {}) => ask('POST', url, body),
    postText: async (url: string, payload: string) => {
      const response = await app.inject({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        payload,
      });
      return { status: response.statusCode, body: response.json() };
    },
    postNothing: (url: string) => ask('POST', url),
    remove: (url: string) => ask('DELETE', url),
    /** Starts a sweep of the tiny job. */
    begin: async (request: object = {}): Promise<Sweep> => {
      const response = await ask('POST', '/v1/sweeps', { job, space: RATES, ...request });
      if (response.status !== 202) throw new Error(JSON.stringify(response.body));
      return response.body;
    },
    /** Resolves with the sweep when it is final. */
    over: async (id: string): Promise<Sweep> => {
      for (;;) {
        const sweep: Sweep = (await ask('GET', `/v1/sweeps/${id}?wait=25`)).body;
        if (sweep.finishedAt !== null) return sweep;
      }
    },
    trialsOf: async (id: string, query = 'limit=200'): Promise<readonly Trial[]> =>
      (await ask('GET', `/v1/sweeps/${id}/trials?${query}`)).body.items,
  };
}
export type TestService = Awaited<ReturnType<typeof openTestService>>;
