import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { ServiceError } from '../kit/errors.ts';

const RETRY_AFTER_SECONDS = 5;

/**
 * Once the app closes, what comes new is answered 503 and its connection closed; Fastify closes connections by force when the function that is
 * returned resolves: when what was asked before is answered, or after `waitMs`. Register before all other hooks.
 */
export function refuseOnceClosing(app: FastifyInstance, waitMs: number): () => Promise<void> {
  const open = new Set<ServerResponse>();
  const drained = Promise.withResolvers<void>();
  let closing = false;
  const resolveIfDrained = () => {
    if (closing && open.size === 0) drained.resolve();
  };

  app.addHook('onRequest', async (_request, { raw }) => {
    if (closing) {
      raw.setHeader('connection', 'close');
      throw new ServiceError('unavailable', 'The service is stopping: try again soon.', [], RETRY_AFTER_SECONDS);
    }
    open.add(raw);
    raw.once('close', () => {
      open.delete(raw);
      resolveIfDrained();
    });
  });
  app.addHook('preClose', async () => {
    closing = true;
    resolveIfDrained();
  });
  return () => Promise.race([drained.promise, delay(waitMs, undefined, { ref: false })]);
}
