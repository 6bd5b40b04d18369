import type { Logger } from '../log.ts';
import { otlpBody } from './otlp.ts';
import type { Span } from './span.ts';

/** Sends spans to a collector. */
export interface Tracer {
  record(span: Span): void;
  /** Sends what is left. Never rejects. */
  stop(): Promise<void>;
}

export interface TracerParts {
  /** Of OTLP over HTTP, without `/v1/traces`: `http://localhost:4318`. */
  readonly endpoint: string;
  /** What the spans are of, such as `service.name`. */
  readonly resource: Readonly<Record<string, string>>;
  readonly log: Logger;
}

const SEND_EVERY_MS = 5_000;
/** More than these are dropped while the collector is away: tracing must not cost the service its memory. */
const MOST_WAITING = 4_096;
const TIMEOUT_MS = 3_000;

export function startTracer({ endpoint, resource, log }: TracerParts): Tracer {
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  let waiting: Span[] = [];
  let sending: Promise<void> = Promise.resolve();

  const send = async () => {
    const spans = waiting;
    if (spans.length === 0) return;
    waiting = [];
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: otlpBody(resource, spans),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`The collector answered ${answer.status}.`);
  };
  const flush = () => {
    sending = sending
      .then(send)
      .catch((error) => log.warn({ err: error }, 'spans could not be sent: they are dropped'));
    return sending;
  };
  const timer = setInterval(flush, SEND_EVERY_MS);
  timer.unref();
  return {
    record(span) {
      if (waiting.length < MOST_WAITING) waiting.push(span);
    },
    stop() {
      clearInterval(timer);
      return flush();
    },
  };
}
