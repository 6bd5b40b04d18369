import { ServiceError } from './contract/errors.ts';

/**
 * Holds what is unpacked to so many times what was packed: a few kilobytes can stand for gigabytes.
 */
export interface DecompressionLimit {
  /** Passes packed bytes on and counts them. */
  packed<Chunk extends Uint8Array>(chunks: AsyncIterable<Chunk>): AsyncGenerator<Chunk>;
  /** Passes unpacked bytes on. Throws ServiceError `payload_too_large` where they are too many. */
  unpacked<Chunk extends Uint8Array>(chunks: AsyncIterable<Chunk>): AsyncGenerator<Chunk>;
}

/** Up to here nobody minds: a table of one line again and again may be packed to a thousandth. */
const ALLOWED_BYTES = 64 * 2 ** 20;

export function createDecompressionLimit(maxRatio: number): DecompressionLimit {
  let packedBytes = 0;
  let unpackedBytes = 0;
  return {
    async *packed(chunks) {
      for await (const chunk of chunks) {
        packedBytes += chunk.length;
        yield chunk;
      }
    },
    async *unpacked(chunks) {
      for await (const chunk of chunks) {
        unpackedBytes += chunk.length;
        if (unpackedBytes > ALLOWED_BYTES && unpackedBytes > maxRatio * packedBytes) throw tooMuch(maxRatio);
        yield chunk;
      }
    },
  };
}

function tooMuch(maxRatio: number): ServiceError {
  const detail = `The content becomes more than ${maxRatio} times as large when it is unpacked: send it unpacked.`;
  return new ServiceError('payload_too_large', detail);
}
