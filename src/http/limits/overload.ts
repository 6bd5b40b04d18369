import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ServiceError } from '../../kit/contract/errors.ts';
import { hasBody } from './hasBody.ts';

export interface OverloadLimits {
  /** In total, of this process. */
  readonly maxApiMemoryBytes: number;
  /** Delay of the event loop, averaged over a second. */
  readonly maxDelayMs: number;
  /** Bodies that are buffered in memory at once, in total. */
  readonly maxBufferedBytes: number;
}

const SAMPLE_INTERVAL_MS = 1000;
const RETRY_AFTER_SECONDS = 2;
/** Above this share of its heap V8 mostly collects garbage. */
const HEAP_SHARE = 0.9;
const NANOSECONDS_PER_MS = 1e6;

/** Measures the load of the process. */
export type MeasureLoad = () => { readonly rssBytes: number; readonly heapShare: number; readonly delayMs: number };

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * For a public route: it is refused like the others under overload, so that load balancers
     * detect it.
     */
    reportsLoad?: boolean;
  }
}

/**
 * Responds with 503 and Retry-After while the process is overloaded, before it runs out of memory.
 * Public routes, such as /healthz, still respond, except those that report the load. A buffered
 * body is counted when its headers arrive, so that too many at once are refused before they are
 * sent.
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
      throw overloaded('too many large bodies are being received');
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
  return delayMs > limits.maxDelayMs ? 'its load is too high' : undefined;
}

/**
 * A body without a length, or a compressed one, may become as large as the route allows; streams
 * are not buffered.
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
  const detail = `The service cannot process this request now, because ${reason}: retry later.`;
  return new ServiceError('overloaded', detail, [], RETRY_AFTER_SECONDS);
}

function createLoadMeter(app: FastifyInstance): MeasureLoad {
  const delay = monitorEventLoopDelay();
  delay.enable();
  app.addHook('onClose', async () => void delay.disable());
  return () => {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    // Without any sample, the mean is NaN.
    const delayMs = (delay.mean || 0) / NANOSECONDS_PER_MS;
    delay.reset();
    return { rssBytes: process.memoryUsage.rss(), heapShare: used / limit, delayMs };
  };
}
