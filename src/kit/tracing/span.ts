import { createHash, randomBytes } from 'node:crypto';

/** Where a span stands: ids in lower-case hexadecimal, of 16 and 8 bytes (W3C Trace Context). */
export interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
}

/** A piece of work that is done. Times are milliseconds since 1970. */
export interface Span extends SpanContext {
  readonly name: string;
  readonly kind: 'internal' | 'server';
  readonly parentSpanId?: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Spans of other traces that it has to do with. */
  readonly links?: readonly SpanContext[];
  readonly failed?: boolean;
}

export function newTraceId(): string {
  return randomBytes(16).toString('hex');
}

export function newSpanId(): string {
  return randomBytes(8).toString('hex');
}

/**
 * Where a job's first run stands, told from its id alone: so requests are linked to it across
 * processes, with nothing stored.
 */
export function spanContextOfJob(jobId: string): SpanContext {
  const digest = createHash('sha256').update(jobId).digest('hex');
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) };
}
