import { request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import type { Clock } from '../kit/clock.ts';
import { signedHeaders } from './signature.ts';
import { lookUpPublic, mistakeInUrl, RefusedTargetError } from './targets.ts';

/** One call to make. */
interface Call {
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  /** JSON. */
  readonly body: string;
}

/** What came of a call. */
export interface Outcome {
  /** Null: no answer came. */
  readonly status: number | null;
  /** Null: it was taken. */
  readonly error: string | null;
  /** How long the call took. */
  readonly milliseconds: number;
}

export interface SenderParts {
  readonly allowPrivate: boolean;
  /** As `trainyard/1.0.0`. */
  readonly userAgent: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

/** Makes a call and answers what came of it; rejects only when `signal` is aborted. Redirects are not followed. */
export type Send = (call: Call, signal: AbortSignal) => Promise<Outcome>;

const TIMEOUT_MS = 10_000;
/** Nobody reads the body of an answer; a short one is let through so that the receiver can finish. */
const MOST_ANSWER_BYTES = 4096;

export function createSender({ allowPrivate, userAgent, clock, timeoutMs = TIMEOUT_MS }: SenderParts): Send {
  return async ({ id, url, secret, body }, signal) => {
    // The rules may have become stricter since the webhook was made.
    const mistake = mistakeInUrl(url, allowPrivate);
    if (mistake !== undefined) return { status: null, error: mistake, milliseconds: 0 };
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
      // A connection of its own: one that is kept would have been checked before.
      agent: false,
      signal: AbortSignal.any([signal, timeout]),
      ...(!allowPrivate && { lookup: lookUpPublic }),
    };
    try {
      const status = await statusOf(url, options, body);
      const isTaken = status >= 200 && status < 300;
      return { status, error: isTaken ? null : `The receiver answered ${status}.`, milliseconds: elapsed() };
    } catch (error) {
      signal.throwIfAborted();
      const words = timeout.aborted ? `No answer came within ${timeoutMs / 1000} seconds.` : wordsFor(error);
      return { status: null, error: words, milliseconds: elapsed() };
    }
  };
}

function statusOf(url: string, options: RequestOptions, body: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const request = (url.startsWith('https:') ? requestHttps : requestHttp)(url, options, (answer) => {
    let bytes = 0;
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MOST_ANSWER_BYTES) request.destroy();
    });
    answer.on('error', () => {});
    resolve(answer.statusCode ?? 0);
  });
  request.on('error', reject);
  request.end(body);
  return promise;
}

const WORDS: ReadonlyMap<unknown, string> = new Map([
  ['ENOTFOUND', 'The name of the host is not known.'],
  ['ECONNREFUSED', 'The receiver refused the connection.'],
  ['ECONNRESET', 'The receiver closed the connection.'],
]);

/** Nothing from inside: the code of an error at most. */
function wordsFor(error: unknown): string {
  if (error instanceof RefusedTargetError) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return WORDS.get(code) ?? `The connection failed (${String(code ?? 'unknown')}).`;
}
