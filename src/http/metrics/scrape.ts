import { AggregatorRegistry } from 'prom-client';
import type { Registry } from '../../kit/metrics.ts';
import type { ProcessMetrics } from '../../worker/processMetrics.ts';

/** All metrics in the format of Prometheus: those of this process, and those of its worker. */
export async function scrape(own: Registry, worker: () => Promise<ProcessMetrics>): Promise<string> {
  const all = await Promise.all([own.getMetricsAsJSON(), worker()]);
  // The label `process` distinguishes them, so nothing is added up.
  return AggregatorRegistry.aggregate(all).metrics();
}
