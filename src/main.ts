import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { type Authentication, createAuthentication } from './access/authentication.ts';
import { keyRoutes } from './access/keyRoutes.ts';
import { createKeys } from './access/keys.ts';
import { projectRoutes } from './access/projectRoutes.ts';
import { createProjects } from './access/projects.ts';
import { workerArguments } from './cli/workerFlags.ts';
import { type Config, ConfigurationError, checkReach, readConfig, SERVICE_SETTINGS } from './config.ts';
import { datasetLimitsOf } from './datasets/limits.ts';
import { createIngestMetrics } from './datasets/metrics.ts';
import { datasetRoutes } from './datasets/routes.ts';
import { type AllDatasets, createDatasets } from './datasets/service.ts';
import { addressOf } from './http/address.ts';
import { buildApp } from './http/app.ts';
import { createHttpMetrics } from './http/metrics/http.ts';
import { scrape } from './http/metrics/scrape.ts';
import { streamRoutes } from './http/streams/routes.ts';
import { systemRoutes } from './http/system.ts';
import { createCheckpoints } from './jobs/checkpoints/checkpoints.ts';
import { countJobs } from './jobs/counts.ts';
import { createEvents } from './jobs/events/service.ts';
import { registerJobGauges } from './jobs/metrics.ts';
import { createNewsDesk, type NewsDesk } from './jobs/news.ts';
import { jobRoutes } from './jobs/routes.ts';
import { createJobs } from './jobs/service.ts';
import { type Supervisor, startSupervisor } from './jobs/supervisor.ts';
import { runWorker } from './jobs/worker/workerProcess.ts';
import { type Folders, foldersOf, prepareFolders } from './kit/folders.ts';
import type { Logger } from './kit/log.ts';
import { createRegistry, type ProcessName } from './kit/metrics.ts';
import { siblingPath } from './kit/siblings.ts';
import { stopTimesWithin } from './kit/stopTimes.ts';
import { startTracer, type Tracer } from './kit/tracing/tracer.ts';
import { packageVersion } from './kit/version.ts';
import { networkRoutes } from './models/networks/routes.ts';
import { createPredictionMetrics } from './models/prediction/metrics.ts';
import { modelRoutes } from './models/routes.ts';
import { saveModel } from './models/save.ts';
import { createModels } from './models/service.ts';
import { type Database, openDatabase } from './store/database.ts';
import { checkDatabase } from './store/health.ts';
import { holdLock } from './store/lock.ts';
import { createQueryMetrics } from './store/metrics.ts';
import { allowGivingBack } from './store/space.ts';
import { chooseKernels } from './training/kernels.ts';
import { startUpkeep } from './upkeep/upkeep.ts';
import { startDeliverer } from './webhooks/deliverer.ts';
import { createWebhookMetrics } from './webhooks/metrics.ts';
import { createOutbox } from './webhooks/outbox.ts';
import { webhookRoutes } from './webhooks/routes.ts';
import { createSender, type Send } from './webhooks/send.ts';
import { createWebhooks } from './webhooks/service.ts';

const MS_PER_SECOND = 1000;

/** A service that answers. */
export interface Service {
  /** Such as `http://127.0.0.1:8080`. */
  readonly address: string;
  /** Takes no more requests, ends the worker, which puts its jobs back, and resolves when all is closed. */
  stop(): Promise<void>;
}

/**
 * Starts the API and, with the role `all`, a worker process beside it. Resolves when it answers. Throws ConfigurationError when another
 * API runs over the same data folder; rejects when the port or the folder cannot be had, and then leaves nothing running.
 */
export async function startService(config: Config, log: Logger): Promise<Service> {
  const folders = foldersOf(config.data);
  prepareFolders(folders);
  const lock = holdLock(folders.lock);
  if (!lock)
    throw new ConfigurationError(`Another service runs over the data folder ${config.data}: pass another --data.`);
  const closing = new AsyncDisposableStack();
  closing.defer(() => lock.release());
  try {
    const address = await openService(config, folders, closing, log);
    log.info({ address, docs: `${address}/docs`, data: config.data }, 'ready');
    return { address, stop: () => closing.disposeAsync() };
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}

/** Opens all parts; what has been opened closes in the other order with `closing`. */
async function openService(
  config: Config,
  folders: Folders,
  closing: AsyncDisposableStack,
  log: Logger,
): Promise<string> {
  const registry = createRegistry('api');
  const database = openDatabase(folders.database, { onQuery: createQueryMetrics(registry) });
  closing.defer(() => database.destroy());
  await checkDatabase(database, folders.database);
  await allowGivingBack(database);
  checkReach(config, await authenticationOf({ config, database, log }).hasKeys());
  const datasets = datasetsOf({ config, folders, database, registry, log });
  await datasets.recover();
  const news = createNewsDesk();
  let supervisor: Supervisor | undefined;
  const isReady = () => config.role === 'api' || supervisor?.ready() === true;
  const send = senderOf(config);
  const figures = () => scrape(registry, async () => supervisor?.figures() ?? []);
  const tracer = tracerOf(config, 'api', log);
  closing.defer(() => tracer?.stop());
  const parts = { config, folders, database, news, datasets, send, registry, figures, tracer, isReady, log };
  const app = await assemble(parts);
  const times = stopTimesWithin(config.shutdownSeconds);
  closing.defer(async () => {
    const timeIsUp = delay(times.readingMs, undefined, { ref: false });
    await Promise.all([supervisor?.stop(), app.close()]);
    // What is still being read then is told to have failed when the service starts again.
    await Promise.race([datasets.close(), timeIsUp]);
  });
  await app.listen({ host: config.host, port: config.port, listenTextResolver: () => 'listening' });
  deliver({ database, news, send, registry, closing, log });
  const upkeep = startUpkeep({ database, folder: folders.checkpoints, retention: config, clock: Date.now, log });
  closing.defer(() => upkeep.stop());
  if (config.role === 'all') supervisor = startSupervisor(workerParts(config, news, log));
  return addressOf(app);
}

/**
 * Takes jobs of the data folder until the process is told to end or the one that forked it is gone. Throws ConfigurationError where the
 * kernels that are asked for cannot be had.
 */
export async function runWorkerRole(config: Config, log: Logger): Promise<void> {
  // Each thread loads them for itself; what they cannot load is said here, once, before there is any.
  log.info({ kernels: chooseKernels(config.kernels).description }, 'kernels chosen');
  const folders = foldersOf(config.data);
  prepareFolders(folders);
  const registry = createRegistry('worker');
  const database = openDatabase(folders.database, { onQuery: createQueryMetrics(registry) });
  const datasets = datasetsOf({ config, folders, database, registry, log });
  const { workers: threads, kernels } = config;
  const { find: findDataset, findFile } = datasets;
  const clock = Date.now;
  const checkpoints = createCheckpoints({ database, folder: folders.checkpoints, clock, log });
  const checkpointMs = config.checkpointSeconds * MS_PER_SECOND;
  const rooms = { saveModel, findDataset, findFile, checkpoints };
  const cores = availableParallelism();
  const { threadMs: stopMs, workerMs: exitMs } = stopTimesWithin(config.shutdownSeconds);
  const machine = { threads, cores, memoryBytes: config.jobMemoryBytes, kernels };
  const tracer = tracerOf(config, 'worker', log);
  const measuring = { registry, tracer, log };
  await runWorker({ database, ...rooms, ...machine, checkpointMs, stopMs, exitMs, clock, ...measuring });
  await tracer?.stop();
  await datasets.close();
  await database.destroy();
}

/** The OpenAPI document, without starting anything. */
export async function describeApi(): Promise<unknown> {
  const { config } = readConfig(SERVICE_SETTINGS, [], {}, {});
  const folders = foldersOf(config.data);
  const database = openDatabase(':memory:');
  const registry = new Registry();
  const datasets = datasetsOf({ config, folders, database, registry });
  const send = senderOf(config);
  const app = await assemble({
    config,
    folders,
    database,
    news: createNewsDesk(),
    datasets,
    send,
    registry,
    figures: () => registry.metrics(),
    isReady: () => true,
  });
  await app.ready();
  const document = app.swagger();
  await app.close();
  await database.destroy();
  return document;
}

type DatasetParts = Pick<Parts, 'config' | 'folders' | 'database' | 'registry' | 'log'>;

function datasetsOf({ config, folders, database, registry, log }: DatasetParts): AllDatasets {
  const limits = datasetLimitsOf(config);
  return createDatasets({ database, folders, clock: Date.now, limits, metrics: createIngestMetrics(registry), log });
}

function senderOf({ allowPrivateWebhooks: allowPrivate }: Config): Send {
  return createSender({ allowPrivate, userAgent: `trainyard/${packageVersion()}`, clock: Date.now });
}

interface DeliverParts extends Pick<Parts, 'database' | 'news' | 'send' | 'registry'> {
  readonly closing: AsyncDisposableStack;
  readonly log: Logger;
}

/** Calls the webhooks until the service closes. */
function deliver({ database, news, send, registry, closing, log }: DeliverParts): void {
  const calls = createWebhookMetrics(registry, database);
  const outbox = createOutbox(database);
  const deliverer = startDeliverer({ outbox, send, clock: Date.now, random: Math.random, calls, log });
  closing.defer(() => deliverer.stop());
  closing.defer(news.subscribe(({ kind }) => kind === 'changed' && deliverer.look()));
}

interface Parts {
  readonly config: Config;
  readonly folders: Folders;
  readonly database: Database;
  readonly news: NewsDesk;
  readonly datasets: AllDatasets;
  readonly send: Send;
  readonly registry: Registry;
  /** What is measured, as Prometheus reads it. */
  readonly figures: () => Promise<string>;
  readonly tracer?: Tracer | undefined;
  readonly isReady: () => boolean;
  readonly log?: Logger | undefined;
}

function authenticationOf({ config, database, log }: Pick<Parts, 'config' | 'database' | 'log'>): Authentication {
  return createAuthentication({ database, clock: Date.now, requestsPerSecond: config.requestsPerSecond ?? null, log });
}

/** The rooms behind their routes. */
function assemble(parts: Parts): Promise<FastifyInstance> {
  const { config, folders, database, news, datasets, send, registry, figures, isReady, log } = parts;
  const clock = Date.now;
  const metrics = createHttpMetrics(registry);
  registerJobGauges(registry, database, clock);
  const authentication = authenticationOf(parts);
  const { createKernels, description: kernels, mostThreads } = chooseKernels(config.kernels);
  const cores = availableParallelism();
  const machine = { cores, coresOfJob: Math.min(cores, mostThreads), memoryBytes: config.jobMemoryBytes };
  log?.info({ kernels }, 'kernels chosen');
  const checkpoints = createCheckpoints({ database, folder: folders.checkpoints, clock, log });
  const jobsParts = { database, findDataset: datasets.find, checkpoints, news, machine, clock };
  const models = createModels({
    database,
    createKernels,
    clock,
    temporaryFolder: folders.temporary,
    maxTextBytes: config.maxUploadBytes,
    maxExpansion: config.maxExpansion,
    json: { bytes: config.maxJsonBytes, depth: config.maxJsonDepth, values: config.maxJsonValues },
    metrics: createPredictionMetrics(registry),
  });
  const webhookParts = { database, send, allowPrivate: config.allowPrivateWebhooks, clock };
  const system = systemRoutes({
    ready: async () => isReady(),
    scrape: figures,
    facts: async () => ({
      version: packageVersion(),
      kernels,
      cores,
      coresOfJob: machine.coresOfJob,
      workers: config.workers,
      ...(await countJobs(database)),
    }),
  });
  return buildApp({
    version: packageVersion(),
    routes: [
      datasetRoutes({ datasets, maxUploadBytes: config.maxUploadBytes }),
      networkRoutes,
      jobRoutes({ jobs: (tenant) => createJobs(jobsParts, tenant) }),
      streamRoutes({
        events: (tenant) => createEvents({ database, news }, tenant),
        limits: { inAll: config.maxStreams, ofProject: config.maxProjectStreams },
        gauge: metrics.openStreams,
      }),
      modelRoutes({ models, maxBodyBytes: config.maxUploadBytes }),
      webhookRoutes({ webhooks: (tenant) => createWebhooks(webhookParts, tenant) }),
      keyRoutes({ keys: createKeys({ database, clock }) }),
      projectRoutes({ projects: createProjects({ database, clock }) }),
      system,
    ],
    guard: { authentication, allowRemoteWithoutKeys: config.allowRemoteWithoutKeys, clock },
    idempotency: { database, clock },
    limits: config,
    drainMs: stopTimesWithin(config.shutdownSeconds).requestsMs,
    metrics,
    tracer: parts.tracer,
    logger: log ?? false,
  });
}

function workerParts(config: Config, news: NewsDesk, log: Logger) {
  const { workerMs: stopMs } = stopTimesWithin(config.shutdownSeconds);
  return { module: siblingPath(import.meta.url, './cli/trainyard'), args: workerArguments(config), news, stopMs, log };
}

/** Nothing is traced where no collector is named. */
function tracerOf({ otlpEndpoint: endpoint }: Config, process: ProcessName, log: Logger): Tracer | undefined {
  if (endpoint === undefined) return undefined;
  const resource = { 'service.name': `trainyard-${process}`, 'service.version': packageVersion() };
  return startTracer({ endpoint, resource, log });
}
