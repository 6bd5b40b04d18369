import type { FastifyInstance } from 'fastify';

export interface SlowReaderLimits {
  readonly maxStalledSeconds: number;
}

const MS_PER_SECOND = 1000;

/**
 * Breaks off answers of which the client has taken nothing for so long: until it does, they lie in
 * memory. However slowly, whoever reads is served. What an answer waits for before it begins is not
 * counted.
 */
export function refuseSlowReaders(app: FastifyInstance, { maxStalledSeconds }: SlowReaderLimits): void {
  const stalledMs = maxStalledSeconds * MS_PER_SECOND;
  app.addHook('onSend', async (_request, { raw }) => {
    // Node takes the time back itself when the answer has ended and the connection waits for
    // another request.
    raw.setTimeout(stalledMs, () => raw.destroy());
  });
}
