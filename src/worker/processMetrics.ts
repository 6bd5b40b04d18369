import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { Registry } from '../kit/metrics.ts';

/** The metrics of a process in the form in which they are sent over its IPC channel. */
export type ProcessMetrics = MetricObjectWithValues<MetricValue<string>>[];

/** Asks a worker process for its metrics. The process responds with `MetricsResponse`. */
export const METRICS_REQUEST = { kind: 'metricsRequest' } as const;

interface MetricsResponse {
  readonly kind: 'metrics';
  readonly metrics: ProcessMetrics;
}

/** Whether a message of a worker process is the response with its metrics. */
export function isMetricsResponse(message: unknown): message is MetricsResponse {
  return kindOf(message) === 'metrics';
}

/** Responds to the metrics requests of the parent process. */
export function serveMetricsRequests(registry: Registry): void {
  process.on('message', async (message) => {
    if (kindOf(message) !== METRICS_REQUEST.kind) return;
    const response: MetricsResponse = { kind: 'metrics', metrics: await registry.getMetricsAsJSON() };
    if (process.connected) process.send?.(response, () => {});
  });
}

function kindOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'kind' in message ? message.kind : undefined;
}
