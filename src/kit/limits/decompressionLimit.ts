import { ServiceError } from '../contract/errors.ts';

/**
 * Limits the ratio of decompressed to compressed bytes: a few kilobytes can decompress to
 * gigabytes.
 */
export interface DecompressionLimit {
  /** Passes compressed bytes on and counts them. */
  packed<Chunk extends Uint8Array>(chunks: AsyncIterable<Chunk>): AsyncGenerator<Chunk>;
  /**
   * Passes decompressed bytes on. Throws ServiceError `payload_too_large` if there are too many.
   */
  unpacked<Chunk extends Uint8Array>(chunks: AsyncIterable<Chunk>): AsyncGenerator<Chunk>;
}

/** No limit applies up to here: a table with one repeated line may compress to a thousandth. */
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
  const detail = `The content expands to more than ${maxRatio} times its size when it is decompressed: send it uncompressed.`;
  return new ServiceError('payload_too_large', detail);
}
