import type { FastifyInstance } from 'fastify';
import { overloaded } from './overload.ts';

export interface BufferedResponseLimits {
  /** Responses that wait in memory for their readers, in total. */
  readonly maxBufferedBytes: number;
}

/** Smaller responses are not counted: the operating system buffers them at once. */
const SMALL_BYTES = 64 * 1024;

/**
 * Responds with 503 in place of a large response if the responses waiting in memory for their
 * readers would exceed the limit. Streams are not counted, because they are produced only as fast
 * as they are read.
 */
export function limitBufferedResponses(app: FastifyInstance, { maxBufferedBytes }: BufferedResponseLimits): void {
  let bufferedBytes = 0;
  app.addHook('onSend', async (_request, { raw }, payload) => {
    const bytes = bytesOf(payload);
    if (bytes <= SMALL_BYTES || raw.destroyed) return;
    if (bufferedBytes > 0 && bufferedBytes + bytes > maxBufferedBytes) {
      throw overloaded('too many large responses wait for slow readers');
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
