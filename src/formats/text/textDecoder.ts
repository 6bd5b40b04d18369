import { isAscii, isUtf8 } from 'node:buffer';

/** Bytes that are no UTF-8 in a text that otherwise is. They are read as U+FFFD. */
export interface BadBytes {
  readonly count: number;
  /** The number of the line of the first one, from 1. */
  readonly line: number;
}

/** The encoding of a text that is not UTF-8 and states none. */
export interface GuessedCharset {
  readonly charset: string;
  /** The number of the line of the first byte that is not UTF-8, from 1. */
  readonly line: number;
}

/** Decodes one text piece by piece. Uploads and rows to predict have the same rules. */
export interface BytesDecoder {
  /** Text may come later: at most `WINDOW_BYTES` bytes are buffered. */
  readonly add: (bytes: Uint8Array) => string;
  readonly end: () => string;
  /** Undefined when all bytes were decoded. */
  readonly badBytes: () => BadBytes | undefined;
  /** Undefined when the encoding was stated, or the text is Unicode. */
  readonly guessed: () => GuessedCharset | undefined;
}

/**
 * The bytes that decide on an encoding. UTF-16 shows in the first bytes of a text, and the others
 * in the bytes from the first one outside ASCII on. Their number does not depend on the pieces.
 */
export const WINDOW_BYTES = 2 ** 18;
const LINE_FEED = 10;
/**
 * The share of zeros in the other half: characters such as the ideographic space have some, and
 * binary files have many.
 */
const MAX_OTHER_ZEROS = 0.25;
/** A text in a single-byte encoding that is not UTF-8 is read as this superset of latin-1. */
const SINGLE_BYTE = 'windows-1252';
const UTF_8 = 'utf-8';
/** Clients state it for texts of any encoding, so it is not honoured. */
const ASCII_NAMES = /^(us-)?ascii$/i;

type Decode = (bytes: Uint8Array, isLast: boolean) => string;

export function badBytesMessage({ count, line }: BadBytes): string {
  const bytes = count === 1 ? `Line ${line} has a byte` : `${count} bytes, the first of them in line ${line}, are`;
  const what = count === 1 ? 'that is not UTF-8. It was' : 'not UTF-8. They were';
  return `${bytes} ${what} read as U+FFFD. State the charset in Content-Type if the text is not UTF-8.`;
}

export function guessedCharsetMessage({ charset, line }: GuessedCharset): string {
  return `Line ${line} has the first byte that is not UTF-8, so the text was read as ${charset}. State the charset in Content-Type if it has another.`;
}

/**
 * Decodes by the byte order mark, else in `charset`, else in the encoding of the bytes: UTF-16
 * when every second byte is zero, and UTF-8 unless invalid bytes outnumber its characters. Throws
 * RangeError for an unknown charset.
 */
export function createBytesDecoder(charset: string | null): BytesDecoder {
  const given = charset === null || ASCII_NAMES.test(charset) ? null : charset;
  const utf8 = utf8Decoder();
  let pending: Uint8Array = new Uint8Array();
  let decode: Decode | undefined;
  let guessed: GuessedCharset | undefined;
  let isStart = true;

  function read(bytes: Uint8Array, isLast: boolean): string {
    if (decode !== undefined) return decode(bytes, isLast);
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
    const isEnough = () => pending.length >= WINDOW_BYTES || isLast;
    if (isStart) {
      if (!isEnough()) return '';
      isStart = false;
      const stated = wideEncodingOf(pending.subarray(0, WINDOW_BYTES)) ?? given;
      if (stated !== null) return decodePending(stated, isLast);
    }
    const ascii = decodeAscii();
    if (!isEnough()) return ascii;
    return ascii + decodePending(guess(pending.subarray(0, WINDOW_BYTES)), isLast);
  }

  /** Decodes ASCII at once, so that a long text is not buffered. */
  function decodeAscii(): string {
    const length = asciiLength(pending);
    const text = utf8.decode(pending.subarray(0, length), false);
    pending = pending.subarray(length);
    return text;
  }

  function guess(window: Uint8Array): string {
    const encoding = narrowEncodingOf(window);
    if (encoding !== UTF_8) {
      guessed = {
        charset: encoding,
        line: utf8.line() + countByte(window.subarray(0, countCharacters(window).first), LINE_FEED),
      };
    }
    return encoding;
  }

  function decodePending(encoding: string, isLast: boolean): string {
    decode = decoderOf(encoding, utf8);
    return decode(pending, isLast);
  }

  return {
    add: (bytes) => read(bytes, false),
    end: () => read(new Uint8Array(), true),
    badBytes: utf8.badBytes,
    guessed: () => guessed,
  };
}

/** The number of bytes before the first one outside ASCII. */
function asciiLength(bytes: Uint8Array): number {
  if (isAscii(bytes)) return bytes.length;
  return bytes.findIndex((byte) => byte >= 0x80);
}

function decoderOf(encoding: string, utf8: { readonly decode: Decode }): Decode {
  if (/^utf-?8$/i.test(encoding)) return utf8.decode;
  const decoder = new TextDecoder(encoding);
  return (bytes, isLast) => decoder.decode(bytes, { stream: !isLast });
}

/** UTF-16 by its byte order mark, or by its zeros: every second byte of ASCII text. */
export function wideEncodingOf(head: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (!head.includes(0)) return null;
  const zeros: [number, number] = [0, 0];
  for (let at = 0; at < head.length; at++) if (head[at] === 0) zeros[at % 2 === 0 ? 0 : 1] += 1;
  const [even, odd] = zeros;
  const many = head.length / 4;
  if (odd > many && even <= odd * MAX_OTHER_ZEROS) return 'utf-16le';
  if (even > many && odd <= even * MAX_OTHER_ZEROS) return 'utf-16be';
  return null;
}

/** UTF-8 unless the bytes have more invalid bytes than characters outside ASCII. */
function narrowEncodingOf(bytes: Uint8Array): string {
  // A shorter window is the end of the text, whose last character is not cut.
  const whole = bytes.length < WINDOW_BYTES ? bytes : bytes.subarray(0, lastCharacterStart(bytes));
  if (isUtf8(whole)) return UTF_8;
  const { characters, invalid } = countCharacters(whole);
  return characters >= invalid ? UTF_8 : SINGLE_BYTE;
}

function utf8Decoder() {
  const decoder = new TextDecoder();
  let tail: Uint8Array = new Uint8Array();
  let count = 0;
  let firstLine = 0;
  let line = 1;
  const decode: Decode = (bytes, isLast) => {
    const joined = tail.length === 0 ? bytes : Buffer.concat([tail, bytes]);
    const whole = isLast ? joined : joined.subarray(0, lastCharacterStart(joined));
    tail = joined.subarray(whole.length);
    if (!isUtf8(whole)) {
      const { invalid, first } = countCharacters(whole);
      if (count === 0) firstLine = line + countByte(whole.subarray(0, first), LINE_FEED);
      count += invalid;
    }
    if (count === 0) line += countByte(whole, LINE_FEED);
    return decoder.decode(whole, { stream: !isLast });
  };
  return { decode, line: () => line, badBytes: () => (count === 0 ? undefined : { count, line: firstLine }) };
}

interface CharacterCounts {
  /** Valid characters of several bytes. */
  readonly characters: number;
  readonly invalid: number;
  /** The index of the first invalid byte. */
  readonly first: number;
}

function countCharacters(bytes: Uint8Array): CharacterCounts {
  let [characters, invalid, first] = [0, 0, bytes.length];
  for (let at = 0; at < bytes.length; at++) {
    if ((bytes[at] ?? 0) < 0x80) continue;
    const length = characterLength(bytes, at);
    if (length === 0) {
      if (invalid === 0) first = at;
      invalid += 1;
    } else {
      characters += 1;
      at += length - 1;
    }
  }
  return { characters, invalid, first };
}

/** The bytes of the UTF-8 character at an index; 0 when there is none. */
function characterLength(bytes: Uint8Array, at: number): number {
  const length = lengthOf(bytes[at] ?? 0);
  return at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

function lengthOf(lead: number): number {
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

/** The end of the last complete character, because a piece may cut one. */
function lastCharacterStart(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) return back < lengthOf(byte) ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function countByte(bytes: Uint8Array, byte: number): number {
  let found = 0;
  for (let at = bytes.indexOf(byte); at !== -1; at = bytes.indexOf(byte, at + 1)) found += 1;
  return found;
}
