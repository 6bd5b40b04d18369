import type { Registry } from 'prom-client';
import { type Authentication, createAuthentication } from '../access/authentication.ts';
import type { Config } from '../config/config.ts';
import { datasetLimitsOf } from '../datasets/limits.ts';
import { type AllDatasets, createDatasets } from '../datasets/service.ts';
import { createIngestMetrics } from '../datasets/upload/metrics.ts';
import type { Folders } from '../kit/folders.ts';
import type { Logger } from '../kit/log.ts';
import type { ProcessName } from '../kit/metrics.ts';
import { packageVersion } from '../kit/node.ts';
import { startTracer, type Tracer } from '../kit/tracing/tracer.ts';
import type { Readiness } from '../maintenance/readiness.ts';
import type { EventBus } from '../notifications/bus.ts';
import type { Collections } from '../store/blobs/collections.ts';
import type { Database } from '../store/database/database.ts';
import { createSender, type Send } from '../webhooks/send.ts';

/** The shared dependencies of a service, opened once. */
export interface ServiceDeps {
  readonly config: Config;
  readonly folders: Folders;
  readonly blobs: Collections;
  readonly database: Database;
  readonly bus: EventBus;
  readonly datasets: AllDatasets;
  readonly send: Send;
  readonly registry: Registry;
  /** The metrics in the text format of Prometheus. */
  readonly renderMetrics: () => Promise<string>;
  readonly tracer?: Tracer | undefined;
  readonly readiness: Readiness;
  readonly log?: Logger | undefined;
}

type DatasetDeps = Pick<ServiceDeps, 'config' | 'folders' | 'blobs' | 'database' | 'registry' | 'log'>;

export function datasetsOf({ config, folders, blobs, database, registry, log }: DatasetDeps): AllDatasets {
  const limits = datasetLimitsOf(config);
  const metrics = createIngestMetrics(registry);
  const { temporary } = folders;
  return createDatasets({ database, tables: blobs.datasets, temporary, clock: Date.now, limits, metrics, log });
}

export function senderOf({ allowPrivateWebhooks: allowPrivate }: Config): Send {
  return createSender({ allowPrivate, userAgent: `trainyard/${packageVersion()}`, clock: Date.now });
}

export function authenticationOf({
  config,
  database,
  log,
}: Pick<ServiceDeps, 'config' | 'database' | 'log'>): Authentication {
  return createAuthentication({ database, clock: Date.now, requestsPerSecond: config.requestsPerSecond ?? null, log });
}

/** Nothing is traced without a configured collector. */
export function tracerOf({ otlpEndpoint: endpoint }: Config, process: ProcessName, log: Logger): Tracer | undefined {
  if (endpoint === undefined) return undefined;
  const resource = { 'service.name': `trainyard-${process}`, 'service.version': packageVersion() };
  return startTracer({ endpoint, resource, log });
}
