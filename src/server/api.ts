import { setTimeout as delay } from 'node:timers/promises';
import { type Config, ConfigurationError, checkMetricsPort, checkRemoteAccess } from '../config/config.ts';
import { scrape } from '../http/metrics/scrape.ts';
import { addressOf } from '../http/network/address.ts';
import type { Folders } from '../kit/folders.ts';
import type { Logger } from '../kit/log.ts';
import { createRegistry } from '../kit/metrics.ts';
import { shutdownBudget } from '../kit/shutdownBudget.ts';
import { makeDataFolder } from '../maintenance/dataFolder.ts';
import { startMaintenance } from '../maintenance/maintenance.ts';
import { createReadiness } from '../maintenance/readiness.ts';
import { createEventBus, isFromWorker } from '../notifications/bus.ts';
import { openCollections } from '../store/blobs/collections.ts';
import { checkDatabase, dialect, openDatabase } from '../store/database/database.ts';
import { createQueryMetrics, type QueryListener, registerDiskGauges } from '../store/database/metrics.ts';
import { findStorageFaults, watchCorruption } from '../store/storageFaults.ts';
import { startDeliverer } from '../webhooks/deliverer.ts';
import { createWebhookMetrics } from '../webhooks/metrics.ts';
import { createOutboxStore } from '../webhooks/outboxStore.ts';
import type { Supervisor } from '../worker/supervisor.ts';
import { assembleApp } from './assembleApp.ts';
import { authenticationOf, datasetsOf, type ServiceDeps, senderOf, tracerOf } from './serviceDeps.ts';
import { superviseWorker } from './superviseWorker.ts';

/** A running service. */
export interface Service {
  /** Such as `http://127.0.0.1:8080`. */
  readonly address: string;
  /**
   * Refuses new requests, stops the worker, which queues its jobs again, and resolves when
   * everything is closed.
   */
  stop(): Promise<void>;
}

/**
 * Starts the API and, with the role `all`, a worker process. Resolves when it serves requests.
 * Throws ConfigurationError for conflicting settings and if another API uses the same data folder;
 * rejects if the port or the folder cannot be used, and then leaves nothing running.
 */
export async function startService(config: Config, log: Logger): Promise<Service> {
  checkMetricsPort(config);
  const folders = makeDataFolder(config.data, log);
  const lock = dialect.lock(folders.lock);
  if (!lock)
    throw new ConfigurationError(`Another service uses the data folder ${config.data}. Pass another one with --data.`);
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

/** Opens all components and adds each to `closing`, which closes them in reverse order. */
async function openService(
  config: Config,
  folders: Folders,
  closing: AsyncDisposableStack,
  log: Logger,
): Promise<string> {
  const registry = createRegistry('api');
  const measureQuery = createQueryMetrics(registry);
  const damage = watchCorruption();
  const onQuery: QueryListener = (event) => {
    measureQuery(event);
    damage.onQuery(event);
  };
  const blobs = openCollections(folders);
  const database = openDatabase(folders.database, { onQuery });
  registerDiskGauges(registry, folders.database);
  closing.defer(() => database.destroy());
  await checkDatabase(database, folders.database);
  checkRemoteAccess(config, await authenticationOf({ config, database, log }).hasKeys());
  const datasets = datasetsOf({ config, folders, blobs, database, registry, log });
  await datasets.recover();
  const bus = createEventBus();
  let supervisor: Supervisor | undefined;
  const readiness = createReadiness({
    findStorageFaults: () => findStorageFaults({ database, temporary: folders.temporary, ...damage }),
    workerFault: () => (config.role === 'api' ? undefined : workerFault(supervisor)),
    now: () => performance.now(),
    log,
  });
  const send = senderOf(config);
  const renderMetrics = () => scrape(registry, async () => supervisor?.metrics() ?? []);
  const tracer = tracerOf(config, 'api', log);
  closing.defer(() => tracer?.stop());
  const deps = {
    config,
    folders,
    blobs,
    database,
    bus,
    datasets,
    send,
    registry,
    renderMetrics,
    tracer,
    readiness,
    log,
  };
  const app = await assembleApp(deps);
  const budget = shutdownBudget(config.shutdownSeconds);
  closing.defer(async () => {
    const timeIsUp = delay(budget.readingMs, undefined, { ref: false });
    await Promise.all([supervisor?.stop(), app.close()]);
    // An upload that is still being read then is marked as failed at the next start of the service.
    await Promise.race([datasets.close(), timeIsUp]);
  });
  await app.listen({ host: config.host, port: config.port, listenTextResolver: () => 'listening' });
  deliver({ database, bus, send, registry, closing, log });
  const maintenance = startMaintenance({
    database,
    blobs: blobs.checkpoints,
    retention: config,
    clock: Date.now,
    log,
  });
  closing.defer(() => maintenance.stop());
  if (config.role === 'all') supervisor = superviseWorker({ config, database, bus, log });
  return addressOf(app);
}

function workerFault(supervisor: Supervisor | undefined): string | undefined {
  if (supervisor?.ready()) return undefined;
  if (supervisor === undefined || supervisor.pid() !== undefined) return 'worker process is starting';
  return 'worker process ended unexpectedly and is restarted';
}

interface DeliverDeps extends Pick<ServiceDeps, 'database' | 'bus' | 'send' | 'registry'> {
  readonly closing: AsyncDisposableStack;
  readonly log: Logger;
}

/** Delivers events to the webhooks until the service closes. */
function deliver({ database, bus, send, registry, closing, log }: DeliverDeps): void {
  const outbox = createOutboxStore(database);
  const calls = createWebhookMetrics(registry, outbox);
  const deliverer = startDeliverer({ outbox, send, clock: Date.now, random: Math.random, calls, log });
  closing.defer(() => deliverer.stop());
  closing.defer(bus.subscribe((item) => isFromWorker(item) && deliverer.poll()));
}
