import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ServiceError } from '../../kit/contract/errors.ts';
import { hasBody } from './hasBody.ts';

export interface OverloadLimits {
  /** Of this process, all together. */
  readonly maxApiMemoryBytes: number;
  /** How late the process comes to its work, on average over a second. */
  readonly maxDelayMs: number;
  /** Bodies that are held in memory at once, all together. */
  readonly maxBufferedBytes: number;
}

const SAMPLE_INTERVAL_MS = 1000;
const RETRY_AFTER_SECONDS = 2;
/** Beyond this share of its heap V8 does little but collect garbage. */
const HEAP_SHARE = 0.9;
const NANOSECONDS_PER_MS = 1e6;

/** What the process says of itself. */
export type MeasureLoad = () => { readonly rssBytes: number; readonly heapShare: number; readonly delayMs: number };

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Of a public route: refused with the others while there is too much to do, so that whoever
     * shares out the load hears of it.
     */
    reportsLoad?: boolean;
  }
}

/**
 * Answers 503 with Retry-After while the process has too much to do, before it runs out of memory.
 * Public routes, such as /healthz, go on answering, but those that tell the load. A body that will
 * be held in memory is counted when it is announced, so that many at once are refused before they
 * come.
 */
export function refuseOverload(app: FastifyInstance, limits: OverloadLimits, measure = createLoadMeter(app)): void {
  let reason: string | undefined;
  const timer = setInterval(() => {
    reason = reasonOf(measure(), limits);
  }, SAMPLE_INTERVAL_MS);
  timer.unref();
  app.addHook('onClose', async () => clearInterval(timer));

  let bufferedBytes = 0;
  app.addHook('onRequest', async (request, reply) => {
    const { scope, reportsLoad } = request.routeOptions.config;
    if (request.is404 || (scope === 'public' && !reportsLoad)) return;
    if (reason !== undefined) throw overloaded(reason);
    const bytes = bytesToBuffer(request);
    if (bytes > 0 && bufferedBytes + bytes > limits.maxBufferedBytes)
      throw overloaded('too many large bodies are on their way');
    bufferedBytes += bytes;
    reply.raw.once('close', () => {
      bufferedBytes -= bytes;
    });
  });
}

function reasonOf(
  { rssBytes, heapShare, delayMs }: ReturnType<MeasureLoad>,
  limits: OverloadLimits,
): string | undefined {
  if (rssBytes > limits.maxApiMemoryBytes || heapShare > HEAP_SHARE) return 'its memory is nearly used up';
  return delayMs > limits.maxDelayMs ? 'it has more to do than it can' : undefined;
}

/**
 * A body without a length, or a packed one, may become as large as the route reads; streams are not
 * held.
 */
function bytesToBuffer(request: FastifyRequest): number {
  const { headers, routeOptions } = request;
  const { bodyLimit, config } = routeOptions;
  if (!hasBody(request) || (config.maxStreamedBytes !== undefined && !isBuffered(request))) return 0;
  if (headers['content-encoding'] !== undefined) return bodyLimit;
  return Math.min(bodyLimit, Number(headers['content-length'] ?? bodyLimit));
}

function isBuffered({ headers, routeOptions }: FastifyRequest): boolean {
  const { buffers } = routeOptions.config;
  return buffers !== undefined && headers['content-type']?.toLowerCase().startsWith(buffers) === true;
}

export function overloaded(reason: string): ServiceError {
  const detail = `The service cannot take this at present, as ${reason}: try again later.`;
  return new ServiceError('overloaded', detail, [], RETRY_AFTER_SECONDS);
}

function createLoadMeter(app: FastifyInstance): MeasureLoad {
  const delay = monitorEventLoopDelay();
  delay.enable();
  app.addHook('onClose', async () => void delay.disable());
  return () => {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    // Without any sample, the mean is not a number.
    const delayMs = (delay.mean || 0) / NANOSECONDS_PER_MS;
    delay.reset();
    return { rssBytes: process.memoryUsage.rss(), heapShare: used / limit, delayMs };
  };
}
