import { AggregatorRegistry } from 'prom-client';
import type { Registry } from '../../kit/metrics.ts';
import type { Figures } from '../../worker/scrapes.ts';

/** All figures as Prometheus reads them: those of this process, and those of the worker beside it. */
export async function scrape(own: Registry, worker: () => Promise<Figures>): Promise<string> {
  const all = await Promise.all([own.getMetricsAsJSON(), worker()]);
  // The label `process` tells them apart, so nothing is added up.
  return AggregatorRegistry.aggregate(all).metrics();
}
