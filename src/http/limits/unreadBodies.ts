import type { FastifyInstance } from 'fastify';
import { hasBody } from './requests.ts';

/** A client that is answered before it has sent all gets so long to read that. */
const LINGER_MS = 2000;

/**
 * Ends connections on which a body is still to come that nobody wants any more. Not at once: data that arrives on a closed connection makes the
 * client's system throw the answer away. Until then Node reads it and drops it.
 */
export function letRestOfBodiesGo(app: FastifyInstance, lingerMs = LINGER_MS): void {
  app.addHook('onResponse', async (request) => {
    const { raw } = request;
    if (!hasBody(request) || raw.complete || raw.readableEnded || raw.destroyed) return;
    const timer = setTimeout(() => {
      // Where it has come after all, the connection may carry the next request.
      if (!raw.complete) raw.destroy();
    }, lingerMs);
    timer.unref();
    raw.once('end', () => clearTimeout(timer));
    raw.once('close', () => clearTimeout(timer));
  });
}
