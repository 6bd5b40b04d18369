import { describe, expect, it } from 'vitest';
import { createBytesDecoder, WINDOW_BYTES } from '../../../src/formats/text/textDecoder.ts';

function decode(bytes: Buffer, size: number, charset: string | null = null) {
  const decoder = createBytesDecoder(charset);
  let text = '';
  for (let at = 0; at < bytes.length; at += size) text += decoder.add(bytes.subarray(at, at + size));
  return { text: text + decoder.end(), badBytes: decoder.badBytes() };
}

const cut = (parts: readonly (string | number)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))));

describe.each([1, 7, 2 ** 20])('bytes in pieces of %i', (size) => {
  it.each([
    ['UTF-8', Buffer.from('日本,é,€,𝄞\n'), '日本,é,€,𝄞\n', undefined],
    ['UTF-8 with a mark', Buffer.from('\ufeffé\n'), 'é\n', undefined],
    ['UTF-8 with bad bytes', cut(['日本\né', 0xff, 'x\n', 0xe6]), '日本\né\ufffdx\n\ufffd', { count: 2, line: 2 }],
    ['windows-1252', cut([0x80, '5, caf', 0xe9, '\n']), '€5, café\n', undefined],
    ['UTF-16LE', Buffer.from('größe,y\n1,2\n', 'utf16le'), 'größe,y\n1,2\n', undefined],
    ['UTF-16BE with a mark', Buffer.from('\ufeffab', 'utf16le').swap16(), 'ab', undefined],
    ['ASCII', Buffer.from('a,b\n'), 'a,b\n', undefined],
  ])('are decoded from %s', (_, bytes, text, badBytes) => {
    expect(decode(bytes, size)).toEqual({ text, badBytes });
  });

  it('are decoded in the charset of the request unless a mark contradicts it', () => {
    expect(decode(cut([0xc1]), size, 'iso-8859-5').text).toBe('С');
    expect(decode(cut(['é', 0xff]), size, 'utf-8')).toEqual({ text: 'é\ufffd', badBytes: { count: 1, line: 1 } });
    expect(decode(Buffer.from('é'), size, 'us-ascii').text).toBe('é');
    expect(decode(Buffer.from('\ufeffж', 'utf16le'), size, 'iso-8859-1').text).toBe('ж');
  });
});

it('a long text is decoded by the bytes after its first character outside ASCII', () => {
  const ascii = 'a,b\n'.repeat(WINDOW_BYTES);
  expect(decode(cut([ascii, 'é\né\n', 0xff]), 2 ** 16)).toEqual({
    text: `${ascii}é\né\n\ufffd`,
    badBytes: { count: 1, line: WINDOW_BYTES + 3 },
  });
  expect(decode(cut([ascii, 0xe9, '\n']), 2 ** 16).text).toBe(`${ascii}é\n`);
});

it('ASCII is decoded as it comes', () => {
  const decoder = createBytesDecoder(null);
  decoder.add(Buffer.alloc(WINDOW_BYTES, 'a'));
  expect(decoder.add(Buffer.alloc(100, 'b'))).toHaveLength(100);
});
