import { collectDefaultMetrics, Registry } from 'prom-client';

/**
 * What a program measures of itself: Prometheus reads it. Each room adds its own figures in its
 * `metrics.ts`.
 */
export type { Registry };

/** Which of the service's processes a figure is of. */
export type ProcessName = 'api' | 'worker' | 'supervisor';

/** Seconds, from what a cached answer takes to what a training takes to begin on a busy machine. */
export const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Seconds, from small jobs to those of a night. */
export const LONG_BUCKETS = [0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800, 3600, 10_800, 43_200];

/**
 * A registry with the figures of this process itself: processor, memory, event loop, garbage
 * collection.
 */
export function createRegistry(process: ProcessName): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ process });
  collectDefaultMetrics({ register: registry });
  return registry;
}
