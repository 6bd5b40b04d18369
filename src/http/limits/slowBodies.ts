import type { FastifyInstance, FastifyRequest } from 'fastify';
import { handleClientError } from '../network/clientErrors.ts';
import { hasBody } from './hasBody.ts';

export interface SlowBodyLimits {
  readonly minBytesPerSecond: number;
  /** The interval at which the rate is computed, from the bytes since the last one. */
  readonly bodyWindowSeconds: number;
}

/** Ends requests whose body is slower than the limit, with 408. */
export function refuseSlowBodies(app: FastifyInstance, limits: SlowBodyLimits): void {
  const minBytes = limits.minBytesPerSecond * limits.bodyWindowSeconds;
  app.addHook('onRequest', async (request, reply) => {
    if (!hasBody(request)) return;
    const { raw } = request;
    let bytesBefore = raw.socket.bytesRead;
    const timer = setInterval(() => {
      const bytes = raw.socket.bytesRead - bytesBefore;
      bytesBefore += bytes;
      // A request without a connection is complete only when it is read.
      if (raw.complete || raw.readableEnded) return clearInterval(timer);
      if (bytes >= minBytes || isServiceSlow(request)) return;
      clearInterval(timer);
      if (reply.raw.headersSent) raw.destroy();
      else handleClientError(tooSlow(), raw.socket);
    }, limits.bodyWindowSeconds * 1000);
    timer.unref();
    // The rest of the body is not awaited.
    reply.raw.once('close', () => clearInterval(timer));
  });
}

/** The same error as Node's own for a request that exceeds its total time. */
function tooSlow() {
  return Object.assign(new Error('The body was sent too slowly.'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
}

/** Received data that is not read yet delays the rest: then the service is the slow one. */
function isServiceSlow({ raw }: FastifyRequest): boolean {
  return raw.readableLength > 0;
}
