import type { FastifyInstance } from 'fastify';
import { overloaded } from './overload.ts';

export interface BufferedResponseLimits {
  /** Answers that wait in memory for their readers, all together. */
  readonly maxBufferedBytes: number;
}

/** Smaller answers are not counted: the operating system takes them at once. */
const SMALL_BYTES = 64 * 1024;

/**
 * Answers 503 in place of a large answer while others wait in memory for their readers and all
 * together would exceed the limit. Streams are not counted, as they are made only as fast as they
 * are read.
 */
export function limitBufferedResponses(app: FastifyInstance, { maxBufferedBytes }: BufferedResponseLimits): void {
  let bufferedBytes = 0;
  app.addHook('onSend', async (_request, { raw }, payload) => {
    const bytes = bytesOf(payload);
    if (bytes <= SMALL_BYTES || raw.destroyed) return;
    if (bufferedBytes > 0 && bufferedBytes + bytes > maxBufferedBytes) {
      throw overloaded('too many large answers wait for slow readers');
    }
    bufferedBytes += bytes;
    raw.once('close', () => {
      bufferedBytes -= bytes;
    });
  });
}

function bytesOf(payload: unknown): number {
  return typeof payload === 'string' || Buffer.isBuffer(payload) ? Buffer.byteLength(payload) : 0;
}
