import type { FastifyInstance } from 'fastify';
import type { Authentication } from '../access/authentication.ts';

/**
 * An answer that goes on for minutes, such as a stream of events, is cut off so long after its key
 * was revoked.
 */
const CHECK_MS = 1000;

/**
 * Breaks off what is being answered to keys that are good no more. Register behind the hook that
 * finds out who asks.
 */
export function closeRevoked(app: FastifyInstance, { invalid }: Pick<Authentication, 'invalid'>): void {
  const open = new Map<string, Set<{ destroy(): void }>>();

  app.addHook('onRequest', async ({ caller }, { raw }) => {
    const keyId = caller?.keyId;
    // A client that has gone meanwhile will never be told of as gone.
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
      app.log.warn({ err: error }, 'the keys of open requests could not be checked; they are again'),
    );
  }, CHECK_MS);
  timer.unref();
  app.addHook('onClose', async () => clearInterval(timer));
}
