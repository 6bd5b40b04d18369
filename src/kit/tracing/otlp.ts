import type { Span } from './span.ts';

const KINDS = { internal: 1, server: 2 } as const;
const FAILED = { code: 2 };
const NS_DIGITS_OF_MS = 1_000_000n;

/**
 * Spans as the body of an OTLP/HTTP request in JSON (OpenTelemetry protocol 1.x,
 * `ExportTraceServiceRequest`).
 */
export function otlpBody(resource: Readonly<Record<string, string>>, spans: readonly Span[]): string {
  const scopeSpans = [{ scope: { name: 'trainyard' }, spans: spans.map(otlpSpan) }];
  return JSON.stringify({ resourceSpans: [{ resource: { attributes: attributesOf(resource) }, scopeSpans }] });
}

function otlpSpan({ traceId, spanId, parentSpanId, name, kind, startMs, endMs, attributes, links, failed }: Span) {
  return {
    ...{ traceId, spanId, parentSpanId, name, kind: KINDS[kind], links },
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: attributesOf(attributes),
    status: failed ? FAILED : {},
  };
}

function attributesOf(attributes: Readonly<Record<string, string | number>>) {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { doubleValue: value },
  }));
}

/** It has 64 bits, so it is a text in JSON. */
function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms)) * NS_DIGITS_OF_MS);
}
