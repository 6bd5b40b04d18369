import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { unpack } from '../../../src/models/prediction/body.ts';

const TEXT = Buffer.from('age,work\n62,Private\n');

it.each([
  ['as it is', undefined, TEXT],
  ['packed', 'gzip', gzipSync(TEXT)],
  ['packed badly', 'gzip', TEXT],
])(
  'leaves a body that comes %s open when its reader stops, so that the client can read why',
  async (_, encoding, sent) => {
    const body = new PassThrough();
    body.write(sent);
    await readFirst(unpack(body, encoding, 100)).catch(() => undefined);
    expect(body.destroyed).toBe(false);
  },
);

async function readFirst(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks) return;
}
