import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { Registry } from '../kit/metrics.ts';

/** The figures of a process as they go over its channel. */
export type ProcessMetrics = MetricObjectWithValues<MetricValue<string>>[];

/** Asks a worker process for its figures; it answers with `MetricsResponse`. */
export const METRICS_REQUEST = { kind: 'figures?' } as const;

interface MetricsResponse {
  readonly kind: 'figures';
  readonly metrics: ProcessMetrics;
}

/** Whether a message of a worker process is an answer with its figures. */
export function isMetricsResponse(message: unknown): message is MetricsResponse {
  return kindOf(message) === 'figures';
}

/** Makes this process answer the one that forked it. */
export function serveMetricsRequests(registry: Registry): void {
  process.on('message', async (message) => {
    if (kindOf(message) !== METRICS_REQUEST.kind) return;
    const response: MetricsResponse = { kind: 'figures', metrics: await registry.getMetricsAsJSON() };
    if (process.connected) process.send?.(response, () => {});
  });
}

function kindOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'kind' in message ? message.kind : undefined;
}
