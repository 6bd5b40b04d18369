import type { FastifyInstance } from 'fastify';

export interface SlowReaderLimits {
  readonly maxStalledSeconds: number;
}

const MS_PER_SECOND = 1000;

/**
 * Aborts responses of which the client has read nothing for this long, because they occupy memory
 * until then. Slow readers are served. The time before a response starts is not counted.
 */
export function refuseSlowReaders(app: FastifyInstance, { maxStalledSeconds }: SlowReaderLimits): void {
  const stalledMs = maxStalledSeconds * MS_PER_SECOND;
  app.addHook('onSend', async (_request, { raw }) => {
    // Node resets the timeout when the response has ended and the connection waits for another
    // request.
    raw.setTimeout(stalledMs, () => raw.destroy());
  });
}
