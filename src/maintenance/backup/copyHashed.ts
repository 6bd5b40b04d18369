import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** What a file holds, in short. */
export interface Content {
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** Copies a file to a new one, which is on the disk when this resolves, and tells what was copied. Rejects with ENOENT when there is no such file. */
export async function copyHashed(source: string, target: string): Promise<Content> {
  const reading = await open(source);
  await mkdir(dirname(target), { recursive: true });
  const meter = createMeter();
  await pipeline(
    reading.createReadStream(),
    meter.pass,
    createWriteStream(target, { flags: 'wx', mode: 0o600, flush: true }),
  );
  return meter.content();
}

export async function contentOf(file: string): Promise<Content> {
  const meter = createMeter();
  await pipeline(createReadStream(file), meter.pass, async (chunks) => {
    for await (const _ of chunks);
  });
  return meter.content();
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
