import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { Registry } from '../kit/metrics.ts';

/** The figures of a process as they go over its channel. */
export type Figures = MetricObjectWithValues<MetricValue<string>>[];

/** Asks a worker process for its figures; it answers with `FiguresAnswer`. */
export const FIGURES_REQUEST = { kind: 'figures?' } as const;

interface FiguresAnswer {
  readonly kind: 'figures';
  readonly figures: Figures;
}

/** Whether a message of a worker process is an answer with its figures. */
export function isFiguresAnswer(message: unknown): message is FiguresAnswer {
  return kindOf(message) === 'figures';
}

/** Makes this process answer the one that forked it. */
export function answerScrapes(registry: Registry): void {
  process.on('message', async (message) => {
    if (kindOf(message) !== FIGURES_REQUEST.kind) return;
    const answer: FiguresAnswer = { kind: 'figures', figures: await registry.getMetricsAsJSON() };
    if (process.connected) process.send?.(answer, () => {});
  });
}

function kindOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'kind' in message ? message.kind : undefined;
}
