import { request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import type { Clock } from '../kit/clock.ts';
import { signedHeaders } from './signature.ts';
import { issueInUrl, lookupPublic, RefusedTargetError } from './targets.ts';

/** One call to make. */
interface Call {
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  /** JSON. */
  readonly body: string;
}

/** The outcome of a call. */
export interface Outcome {
  /** Null: no response. */
  readonly status: number | null;
  /** Null: the call succeeded. */
  readonly error: string | null;
  /** The duration of the call. */
  readonly milliseconds: number;
}

export interface SenderOptions {
  readonly allowPrivate: boolean;
  /** As `trainyard/1.0.0`. */
  readonly userAgent: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

/**
 * Makes a call and returns its outcome. Rejects only if `signal` is aborted. Does not follow
 * redirects.
 */
export type Send = (call: Call, signal: AbortSignal) => Promise<Outcome>;

const TIMEOUT_MS = 10_000;
/**
 * The body of the response is ignored. A short one is received, so that the receiver can finish.
 */
const MAX_RESPONSE_BYTES = 4096;

export function createSender({ allowPrivate, userAgent, clock, timeoutMs = TIMEOUT_MS }: SenderOptions): Send {
  return async ({ id, url, secret, body }, signal) => {
    // The rules may be stricter than when the webhook was created.
    const issue = issueInUrl(url, allowPrivate);
    if (issue !== undefined) return { status: null, error: issue, milliseconds: 0 };
    const start = performance.now();
    const elapsed = () => Math.round(performance.now() - start);
    const timeout = AbortSignal.timeout(timeoutMs);
    const options: RequestOptions = {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': userAgent,
        ...signedHeaders(secret, id, clock(), body),
      },
      // A new connection for each call: the address of a reused one would not be checked.
      agent: false,
      signal: AbortSignal.any([signal, timeout]),
      ...(!allowPrivate && { lookup: lookupPublic }),
    };
    try {
      const status = await statusOf(url, options, body);
      const isAccepted = status >= 200 && status < 300;
      return { status, error: isAccepted ? null : `The receiver answered ${status}.`, milliseconds: elapsed() };
    } catch (error) {
      signal.throwIfAborted();
      const message = timeout.aborted ? `No response within ${timeoutMs / 1000} seconds.` : messageFor(error);
      return { status: null, error: message, milliseconds: elapsed() };
    }
  };
}

function statusOf(url: string, options: RequestOptions, body: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const request = (url.startsWith('https:') ? requestHttps : requestHttp)(url, options, (response) => {
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_RESPONSE_BYTES) request.destroy();
    });
    response.on('error', () => {});
    resolve(response.statusCode ?? 0);
  });
  request.on('error', reject);
  request.end(body);
  return promise;
}

const ERROR_MESSAGES: ReadonlyMap<unknown, string> = new Map([
  ['ENOTFOUND', 'The host name was not found.'],
  ['ECONNREFUSED', 'The receiver refused the connection.'],
  ['ECONNRESET', 'The receiver closed the connection.'],
]);

/** A message without internal details: at most the code of an error. */
function messageFor(error: unknown): string {
  if (error instanceof RefusedTargetError) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return ERROR_MESSAGES.get(code) ?? `The connection failed (${String(code ?? 'unknown')}).`;
}
