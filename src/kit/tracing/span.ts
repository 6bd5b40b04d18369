import { createHash, randomBytes } from 'node:crypto';

/**
 * The place of a span in a trace: ids in lower-case hexadecimal, of 16 and 8 bytes (W3C Trace
 * Context).
 */
export interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
}

/** A finished piece of work. Times are milliseconds since 1970. */
export interface Span extends SpanContext {
  readonly name: string;
  readonly kind: 'internal' | 'server';
  readonly parentSpanId?: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Related spans of other traces. */
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
 * The context of a job's first run, derived from its id alone, so that requests link to it across
 * processes without storing anything.
 */
export function spanContextOfJob(jobId: string): SpanContext {
  const digest = createHash('sha256').update(jobId).digest('hex');
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) };
}
