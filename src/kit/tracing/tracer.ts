import type { Logger } from '../log.ts';
import { otlpBody } from './otlp.ts';
import type { Span } from './span.ts';

/** Sends spans to a collector. */
export interface Tracer {
  record(span: Span): void;
  /** Sends the remaining spans. Never rejects. */
  stop(): Promise<void>;
}

export interface TracerOptions {
  /** Of OTLP over HTTP, without `/v1/traces`: `http://localhost:4318`. */
  readonly endpoint: string;
  /** The source of the spans, such as `service.name`. */
  readonly resource: Readonly<Record<string, string>>;
  readonly log: Logger;
}

const SEND_EVERY_MS = 5_000;
/**
 * More spans are dropped while the collector is unreachable: tracing must not exhaust the service's
 * memory.
 */
const MAX_PENDING_SPANS = 4_096;
const TIMEOUT_MS = 3_000;

export function startTracer({ endpoint, resource, log }: TracerOptions): Tracer {
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  let pending: Span[] = [];
  let sending: Promise<void> = Promise.resolve();

  const send = async () => {
    const spans = pending;
    if (spans.length === 0) return;
    pending = [];
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: otlpBody(resource, spans),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`The collector responded with ${response.status}.`);
  };
  const flush = () => {
    sending = sending.then(send).catch((error) => log.warn({ err: error }, 'spans could not be sent and were dropped'));
    return sending;
  };
  const timer = setInterval(flush, SEND_EVERY_MS);
  timer.unref();
  return {
    record(span) {
      if (pending.length < MAX_PENDING_SPANS) pending.push(span);
    },
    stop() {
      clearInterval(timer);
      return flush();
    },
  };
}
