import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { isNotFound } from '../../kit/node.ts';
import { PRIVATE_FILE } from '../../kit/permissions.ts';
import type { Blobs } from '../../store/blobs/blobs.ts';

/** Size and hash of a file. */
export interface Content {
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** Copies a blob and returns what was copied; undefined when `source` does not have it. */
export async function copyBlob(source: Blobs, target: Blobs, key: string): Promise<Content | undefined> {
  const path = await source.fetch(key);
  // The blob may be removed at any time.
  await using file = path === undefined ? undefined : await openIfPresent(path);
  if (file === undefined) return undefined;
  const meter = createMeter();
  await target.put(key, meter.pass(file.createReadStream({ autoClose: false })));
  return meter.content();
}

/**
 * Copies a file to a new one, which is on the disk when this resolves. Rejects when `target`
 * exists.
 */
export async function copyFile(source: string, target: string): Promise<Content> {
  const meter = createMeter();
  const writing = createWriteStream(target, { flags: 'wx', mode: PRIVATE_FILE, flush: true });
  await pipeline(createReadStream(source), meter.pass, writing);
  return meter.content();
}

export async function contentOf(file: string): Promise<Content> {
  const meter = createMeter();
  await pipeline(createReadStream(file), meter.pass, async (chunks) => {
    for await (const _ of chunks);
  });
  return meter.content();
}

async function openIfPresent(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function createMeter() {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    async *pass(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    },
    content: (): Content => ({ bytes, sha256: hash.digest('hex') }),
  };
}
