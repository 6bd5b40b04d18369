import type { FastifyInstance } from 'fastify';
import type { Authentication } from '../../access/authentication.ts';

/**
 * Interval of the checks. A long response, such as a stream of events, is aborted at most this long
 * after its key was revoked.
 */
const CHECK_MS = 1000;

/**
 * Aborts responses to keys that are no longer valid. Register it after the hook that identifies the
 * caller.
 */
export function closeRevoked(app: FastifyInstance, { invalid }: Pick<Authentication, 'invalid'>): void {
  const open = new Map<string, Set<{ destroy(): void }>>();

  app.addHook('onRequest', async ({ caller }, { raw }) => {
    const keyId = caller?.keyId;
    // The close event of a client that has disconnected meanwhile is already over.
    if (keyId === null || keyId === undefined || raw.destroyed) return;
    const responses = open.get(keyId) ?? new Set();
    open.set(keyId, responses.add(raw));
    raw.once('close', () => {
      responses.delete(raw);
      if (responses.size === 0 && open.get(keyId) === responses) open.delete(keyId);
    });
  });

  const check = async () => {
    if (open.size === 0) return;
    const keyIds = await invalid([...open.keys()]);
    for (const keyId of keyIds) for (const response of open.get(keyId) ?? []) response.destroy();
  };
  const timer = setInterval(() => {
    check().catch((error) =>
      app.log.warn({ err: error }, 'the keys of open requests could not be checked and will be checked again'),
    );
  }, CHECK_MS);
  timer.unref();
  app.addHook('onClose', async () => clearInterval(timer));
}
