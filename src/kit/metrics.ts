import { collectDefaultMetrics, Registry } from 'prom-client';

/** Metrics of this process, for Prometheus. Each room defines its own in its `metrics.ts`. */
export type { Registry };

/** The process of the service that a metric belongs to. */
export type ProcessName = 'api' | 'worker' | 'supervisor';

/**
 * Seconds, from the time of a cached response to that until a training starts on a busy machine.
 */
export const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Seconds, from small jobs to those that run for a night. */
export const LONG_BUCKETS = [0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800, 3600, 10_800, 43_200];

/**
 * A registry with the default metrics of this process: processor, memory, event loop, garbage
 * collection.
 */
export function createRegistry(process: ProcessName): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ process });
  collectDefaultMetrics({ register: registry });
  return registry;
}
