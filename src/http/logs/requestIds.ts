import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { SpanContext } from '../../kit/tracing/span.ts';

/** Valid ids from clients: without characters that could break a line of a log or a header. */
const ID = /^[\w.:/+=@-]{1,128}$/;
/** W3C Trace Context, version 00; later versions start in the same way. */
const TRACE_PARENT = /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(?:-|$)/;
const NO_TRACE = /^0+$/;

/**
 * The id of a request in logs and responses: its `x-request-id` if it is valid, else its trace,
 * else a new id.
 */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  if (typeof given === 'string' && ID.test(given)) return given;
  return traceIdOf(headers) ?? randomUUID();
}

/**
 * The trace of the request, by its `traceparent`; undefined if there is none, or a malformed one.
 */
export function traceIdOf(headers: IncomingHttpHeaders): string | undefined {
  return traceParentOf(headers)?.traceId;
}

/** The span of the client that the request belongs to. */
export function traceParentOf({ traceparent }: IncomingHttpHeaders): SpanContext | undefined {
  const [, traceId, spanId] = typeof traceparent === 'string' ? (TRACE_PARENT.exec(traceparent) ?? []) : [];
  if (traceId === undefined || spanId === undefined || NO_TRACE.test(traceId) || NO_TRACE.test(spanId))
    return undefined;
  return { traceId, spanId };
}
