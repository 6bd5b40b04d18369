const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const NUMBER_STARTS = bytesOf('-0123456789');
const NUMBER_BYTES = bytesOf('-+.eE0123456789');
const OPENING = bytesOf('[{');
const CLOSING = bytesOf(']}');
const BLANKS = bytesOf(' \t\r\n');
/** The depth inside the object of a row. */
const ROW = 1;
const NESTED = 2;

/** The bytes that `quoteCells` writes at most. */
export function quotedBytes(row: number): number {
  return 2 * row + 2;
}

/**
 * Writes a JSON object of UTF-8 on one line and returns its bytes. Numbers and nested values become
 * strings with their source text, as `sourceText` gives it, because DuckDB writes 7.00 as 7.0. The
 * object must be valid.
 */
export function quoteCells(object: Buffer, target: Buffer): number {
  let length = 0;
  let depth = 0;
  let isString = false;
  let isEscaped = false;
  let isNumber = false;
  const put = (byte: number) => {
    target[length] = byte;
    length += 1;
  };
  for (const byte of object) {
    if (isString) {
      if (depth >= NESTED && (byte === QUOTE || byte === BACKSLASH)) put(BACKSLASH);
      put(byte);
      isString = isEscaped || byte !== QUOTE;
      isEscaped = !isEscaped && byte === BACKSLASH;
      continue;
    }
    if (isNumber && !NUMBER_BYTES[byte]) {
      put(QUOTE);
      isNumber = false;
    }
    if (BLANKS[byte]) continue;
    if (byte === QUOTE) {
      isString = true;
      if (depth >= NESTED) put(BACKSLASH);
    } else if (OPENING[byte]) {
      depth += 1;
      if (depth === NESTED) put(QUOTE);
    } else if (depth === ROW && !isNumber && NUMBER_STARTS[byte]) {
      isNumber = true;
      put(QUOTE);
    }
    put(byte);
    if (!CLOSING[byte]) continue;
    if (depth === NESTED) put(QUOTE);
    depth -= 1;
  }
  return length;
}

/** A table of the bytes that occur in the text. */
function bytesOf(text: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(text)) table[byte] = 1;
  return table;
}
