import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { unpack } from '../../../src/models/rows/body.ts';
import { readCsv } from '../../../src/models/rows/csv.ts';
import { decodeText } from '../../../src/models/rows/decode.ts';

const TEXT = Buffer.from('age,work\n62,Private\n');

it.each([
  ['plain', undefined, TEXT],
  ['compressed', 'gzip', gzipSync(TEXT)],
  ['not gzip', 'gzip', TEXT],
])(
  'leaves a body that is %s open when its reader stops, so that the client can read the error',
  async (_, encoding, sent) => {
    const body = new PassThrough();
    body.write(sent);
    await readFirst(unpack(body, encoding, 100)).catch(() => undefined);
    expect(body.destroyed).toBe(false);
  },
);

it.each([
  ['an unknown column', 'unknown\n'],
  ['a row beyond the limit', `age\n"${'x'.repeat(17 * 2 ** 20)}`],
])('can drop the rest of CSV with %s', async (_, sent) => {
  const body = new PassThrough();
  body.write(sent);
  for (let piece = 0; piece < 100; piece++) body.write('1\n'.repeat(50_000));
  const text = decodeText(unpack(body, undefined, 100), {
    charset: undefined,
    maxBytes: 2 ** 30,
    warn: () => undefined,
  });
  const rows = readCsv(text, {
    known: new Set(['age']),
    chunkRows: 10,
    delimiter: null,
    header: null,
    warn: () => undefined,
  });
  await expect(readFirst(rows)).rejects.toMatchObject({ code: 'invalid_rows' });
  body.on('data', () => undefined).resume();
  body.end('the rest');
  await once(body, 'end');
});

async function readFirst(chunks: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of chunks) return;
}
