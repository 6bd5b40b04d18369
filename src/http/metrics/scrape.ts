import { AggregatorRegistry } from 'prom-client';
import type { Registry } from '../../kit/metrics.ts';
import type { ProcessMetrics } from '../../worker/processMetrics.ts';

/**
 * All figures as Prometheus reads them: those of this process, and those of the worker beside it.
 */
export async function scrape(own: Registry, worker: () => Promise<ProcessMetrics>): Promise<string> {
  const all = await Promise.all([own.getMetricsAsJSON(), worker()]);
  // The label `process` tells them apart, so nothing is added up.
  return AggregatorRegistry.aggregate(all).metrics();
}
