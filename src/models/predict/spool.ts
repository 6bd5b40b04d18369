import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ServiceError } from '../../kit/contract/errors.ts';

/** Responses up to this size are buffered in memory. */
const IN_MEMORY_BYTES = 2 ** 20;

export interface Spooled {
  readonly bytes: number;
  /** Must be read once, or destroyed. */
  readonly stream: Readable;
}

/**
 * Buffers a whole response, a large one in an unlinked file of `folder`. An error halfway is
 * therefore still an error response, and a client that sends everything before it reads cannot
 * block itself. Memory does not depend on the size. Throws what `pieces` throws, and ServiceError
 * `payload_too_large` above `maxBytes`.
 */
export async function spool(pieces: AsyncIterable<string>, folder: string, maxBytes: number): Promise<Spooled> {
  let buffered: Buffer[] = [];
  let bufferedBytes = 0;
  let bytes = 0;
  let file: FileHandle | undefined;
  try {
    for await (const piece of pieces) {
      const buffer = Buffer.from(piece);
      buffered.push(buffer);
      bufferedBytes += buffer.length;
      bytes += buffer.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      if (bufferedBytes < IN_MEMORY_BYTES) continue;
      file ??= await openUnlinked(folder);
      await file.writev(buffered);
      [buffered, bufferedBytes] = [[], 0];
    }
    if (file && buffered.length > 0) await file.writev(buffered);
  } catch (error) {
    await file?.close();
    throw error;
  }
  return { bytes, stream: file ? file.createReadStream({ start: 0 }) : Readable.from(buffered, { objectMode: false }) };
}

function tooLarge(maxBytes: number): ServiceError {
  const detail = `The response is larger than ${maxBytes} bytes. Send the rows in several requests.`;
  return new ServiceError('payload_too_large', detail);
}

/** A file without a name. Closing it frees its space, however this process ends. */
async function openUnlinked(folder: string): Promise<FileHandle> {
  const path = join(folder, `response-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}
