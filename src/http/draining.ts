import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { ServiceError } from '../kit/contract/errors.ts';

const RETRY_AFTER_SECONDS = 5;

/**
 * While the app closes, new requests get 503 and their connections are closed. Fastify closes
 * connections by force when the returned function resolves: when all responses are sent, or after
 * `waitMs`. Register it before every hook that may refuse a request.
 */
export function rejectWhileClosing(app: FastifyInstance, waitMs: number): () => Promise<void> {
  const open = new Set<ServerResponse>();
  const drained = Promise.withResolvers<void>();
  let closing = false;
  const resolveIfDrained = () => {
    if (closing && open.size === 0) drained.resolve();
  };

  app.addHook('onRequest', async (_request, { raw }) => {
    // Refused requests count too: their client may still be sending a body.
    open.add(raw);
    raw.once('close', () => {
      open.delete(raw);
      resolveIfDrained();
    });
    if (!closing) return;
    raw.setHeader('connection', 'close');
    throw new ServiceError('unavailable', 'The service is stopping: retry soon.', [], RETRY_AFTER_SECONDS);
  });
  app.addHook('preClose', async () => {
    closing = true;
    resolveIfDrained();
  });
  return () => Promise.race([drained.promise, delay(waitMs, undefined, { ref: false })]);
}
