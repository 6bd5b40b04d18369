import type { Config } from '../config/config.ts';
import { scrape } from '../http/metrics/scrape.ts';
import { type MetricsServer, serveMetrics } from '../http/metrics/server.ts';
import type { Logger } from '../kit/log.ts';
import { createRegistry } from '../kit/metrics.ts';
import { makeDataFolder } from '../maintenance/dataFolder.ts';
import { createEventBus } from '../notifications/bus.ts';
import { openDatabase } from '../store/database/database.ts';
import { chooseKernels } from '../training/backend/kernels.ts';
import { superviseWorker } from './superviseWorker.ts';

export interface LoneWorker {
  /** Stops the worker, which queues its jobs again, and resolves when everything is closed. */
  stop(): Promise<void>;
}

/**
 * Starts a worker without an API. This process only supervises the training process, as the API
 * does with its own worker. Only a supervisor can distinguish a job that crashes its process from a
 * machine that stops; a lease in the database cannot. Throws ConfigurationError if the kernels
 * cannot be loaded; rejects if the metrics port or the folder cannot be used.
 */
export async function startLoneWorker(config: Config, log: Logger): Promise<LoneWorker> {
  chooseKernels(config.kernels);
  const folders = makeDataFolder(config.data, log);
  const database = openDatabase(folders.database);
  const closing = new AsyncDisposableStack();
  closing.defer(() => database.destroy());
  try {
    const supervisor = superviseWorker({ config, database, bus: createEventBus(), log });
    closing.defer(() => supervisor.stop());
    const metrics = await metricsOf(config, supervisor.metrics, log);
    closing.defer(() => metrics?.close());
    return { stop: () => closing.disposeAsync() };
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}

async function metricsOf(
  { metricsPort: port, metricsHost: host }: Config,
  readMetrics: Parameters<typeof scrape>[1],
  log: Logger,
): Promise<MetricsServer | undefined> {
  if (port === undefined) return undefined;
  const registry = createRegistry('supervisor');
  const server = await serveMetrics({ scrape: () => scrape(registry, readMetrics), host, port });
  log.info({ address: server.address }, 'metrics server started');
  return server;
}
