import { describe, expect, it } from 'vitest';
import { createBytesDecoder, WINDOW_BYTES } from '../../../src/formats/text/textDecoder.ts';

function decode(bytes: Buffer, size: number, charset: string | null = null) {
  const decoder = createBytesDecoder(charset);
  let text = '';
  for (let at = 0; at < bytes.length; at += size) text += decoder.add(bytes.subarray(at, at + size));
  text += decoder.end();
  return { text, badBytes: decoder.badBytes(), ...(decoder.guessed() && { guessed: decoder.guessed() }) };
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
    expect(decode(bytes, size)).toMatchObject({ text, badBytes });
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

describe('the bytes that decide', () => {
  const many = 'x'.repeat(WINDOW_BYTES);
  it.each([
    ['a bad byte before a window of ASCII', cut(['é\n'.repeat(2), 0xff, many, 'é'.repeat(10)])],
    ['a byte of windows-1252 before a window of ASCII, then UTF-8', cut(['a\n', 0xe9, many, 'é'.repeat(10)])],
    ['a byte of windows-1252 after a window of ASCII', cut([many, '\n', 0xe9, '\n', 0xe4, 'x'])],
    ['a bad byte after a window of ASCII, then UTF-8', cut([many, '\n', 0xff, 'é'.repeat(10), many])],
    ['a character at the end of the window', cut([0xe9, many.slice(2), 'é', many])],
    ['zeros after the window', cut([many, 'a\0b\0'])],
  ])('are the same for pieces of any size: %s', (_, bytes) => {
    const outcomes = [1000, 65_536, WINDOW_BYTES - 1, WINDOW_BYTES + 1, 2 ** 20].map((size) => decode(bytes, size));
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
  });

  it('name the line of the first one in another charset than UTF-8', () => {
    expect(decode(cut([`${many}\n`.repeat(2), 'a\ncaf', 0xe9]), 2 ** 16).guessed).toEqual({
      ...{ charset: 'windows-1252', line: 4 },
    });
    expect(decode(cut(['caf', 0xe9]), 2 ** 16, 'iso-8859-1').guessed).toBeUndefined();
    expect(decode(cut(['café', 0xe9]), 2 ** 16).guessed).toBeUndefined();
  });
});

it('ASCII is decoded as it comes', () => {
  const decoder = createBytesDecoder(null);
  decoder.add(Buffer.alloc(WINDOW_BYTES, 'a'));
  expect(decoder.add(Buffer.alloc(100, 'b'))).toHaveLength(100);
});
