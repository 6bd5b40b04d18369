import type { FastifyInstance, FastifyRequest } from 'fastify';
import { handleClientError } from '../clientErrors.ts';
import { hasBody } from './hasBody.ts';

export interface SlowBodyLimits {
  readonly minBytesPerSecond: number;
  /** The rate is looked at so often, over the bytes that came since. */
  readonly bodyWindowSeconds: number;
}

/** Ends requests whose body comes slower than it may, with 408. */
export function refuseSlowBodies(app: FastifyInstance, limits: SlowBodyLimits): void {
  const minBytes = limits.minBytesPerSecond * limits.bodyWindowSeconds;
  app.addHook('onRequest', async (request, reply) => {
    if (!hasBody(request)) return;
    const { raw } = request;
    let bytesBefore = raw.socket.bytesRead;
    const timer = setInterval(() => {
      const bytes = raw.socket.bytesRead - bytesBefore;
      bytesBefore += bytes;
      // A request that came over no connection knows its end only when it is read.
      if (raw.complete || raw.readableEnded) return clearInterval(timer);
      if (bytes >= minBytes || isServiceSlow(request)) return;
      clearInterval(timer);
      if (reply.raw.headersSent) raw.destroy();
      else handleClientError(tooSlow(), raw.socket);
    }, limits.bodyWindowSeconds * 1000);
    timer.unref();
    // Whatever is still to come then is not waited for.
    reply.raw.once('close', () => clearInterval(timer));
  });
}

/** As Node's own, when the whole request takes too long. */
function tooSlow() {
  return Object.assign(new Error('The body came too slowly.'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
}

/**
 * What has come and is not read yet holds back what is to come: then it is the service that is
 * slow.
 */
function isServiceSlow({ raw }: FastifyRequest): boolean {
  return raw.readableLength > 0;
}
