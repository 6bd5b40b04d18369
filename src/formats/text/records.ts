/** Splits delimited text into records, as RFC 4180 describes them, for any delimiter and quote. */

export interface Splitting {
  /** One character. */
  readonly delimiter: string;
  /** One character. Inside quotes it is doubled. */
  readonly quote: string;
}

export interface TextRecord {
  readonly cells: readonly string[];
  /** The number of its first line, from 1. */
  readonly line: number;
  /** Whether its first character that is no blank is #. */
  readonly hasHash: boolean;
}

/** Text that cannot be split. The message has the number of the line. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

export interface RecordReader {
  /** The records that end in the text so far. */
  readonly add: (text: string) => readonly TextRecord[];
  /** The last record. */
  readonly end: () => readonly TextRecord[];
}

interface FoundRecord {
  readonly cells: readonly string[];
  /** The number of its lines. */
  readonly lines: number;
  /** The index after its line end. */
  readonly next: number;
}

const LINE_END = /[\r\n]/g;
const LINE_ENDS = /\r\n?|\n/g;

/**
 * Reads a text piece by piece. Lines end at LF, CRLF or CR. Throws RecordError for a record longer
 * than `maxLength` characters, an open quote, and text after a closing quote.
 */
export function createRecordReader(splitting: Splitting, maxLength: number): RecordReader {
  const recordAt = finderOf(splitting);
  let rest = '';
  let line = 1;
  // An incomplete record is read again only when it has doubled, so that the work stays linear.
  let nextLength = 0;

  function read(isLast: boolean): TextRecord[] {
    if (rest.length < nextLength && rest.length <= maxLength && !isLast) return [];
    const records: TextRecord[] = [];
    let at = 0;
    while (at < rest.length) {
      const found = recordAt(rest, at, line, isLast);
      if (found === undefined) break;
      records.push({ cells: found.cells, line, hasHash: startsWithHash(rest, at) });
      line += found.lines;
      at = found.next;
    }
    rest = rest.slice(at);
    if (rest.length > maxLength) throw tooLong(line, maxLength);
    nextLength = 2 * rest.length;
    return records;
  }

  return {
    add(text) {
      rest += text;
      return read(false);
    },
    end: () => read(true),
  };
}

/** The records at the start of a text, one by one. `isWhole`: the text does not continue. */
export function* recordsAt(text: string, splitting: Splitting, isWhole: boolean): Generator<TextRecord> {
  const recordAt = finderOf(splitting);
  let line = 1;
  for (let at = 0; at < text.length; ) {
    const found = recordAt(text, at, line, isWhole);
    if (found === undefined) return;
    yield { cells: found.cells, line, hasHash: startsWithHash(text, at) };
    line += found.lines;
    at = found.next;
  }
}

/** Whether the record is an empty line. */
export function isBlank({ cells }: TextRecord): boolean {
  return cells.length === 1 && cells[0] === '';
}

type FindRecord = (text: string, at: number, line: number, isLast: boolean) => FoundRecord | undefined;

/** The function that finds the record at an index; undefined: it does not end in the text. */
function finderOf({ delimiter, quote }: Splitting): FindRecord {
  const stop = new RegExp(`[\\r\\n${escaped(delimiter)}]`, 'g');

  function quotedRecord(text: string, at: number, line: number, isLast: boolean): FoundRecord | undefined {
    const cells: string[] = [];
    for (let start = at; ; ) {
      const opening = delimiter === ' ' ? start : skipBlanks(text, start);
      const isQuoted = text[opening] === quote;
      const closing = isQuoted ? closingQuote(text, opening + 1, quote) : -1;
      if (isQuoted && closing === -1) {
        if (isLast) throw openQuote(line);
        return undefined;
      }
      const end = indexFrom(stop, text, isQuoted ? closing + 1 : start);
      if (!isLast && (end === -1 || (text[end] === '\r' && end + 1 === text.length))) return undefined;
      const cellEnd = end === -1 ? text.length : end;
      if (isQuoted && text.slice(closing + 1, cellEnd).trim() !== '') throw textAfterQuote(line);
      const cell = isQuoted ? text.slice(opening + 1, closing) : text.slice(start, cellEnd);
      cells.push(isQuoted && cell.includes(quote) ? cell.replaceAll(quote + quote, quote) : cell);
      if (text[cellEnd] !== delimiter) {
        return { cells, lines: linesIn(text.slice(at, cellEnd)) + 1, next: afterLineEnd(text, cellEnd) };
      }
      start = cellEnd + 1;
    }
  }

  return (text, at, line, isLast) => {
    const found = indexFrom(LINE_END, text, at);
    if (!isLast && (found === -1 || (text[found] === '\r' && found + 1 === text.length))) return undefined;
    const end = found === -1 ? text.length : found;
    const row = text.slice(at, end);
    if (row.includes(quote)) return quotedRecord(text, at, line, isLast);
    return { cells: row.split(delimiter), lines: 1, next: afterLineEnd(text, end) };
  };
}

function indexFrom(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? -1;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ') at += 1;
  return at;
}

/** `#N/A` marks a missing value, by which a row may begin. */
const HASH_CELL = '#N/A';

function startsWithHash(text: string, at: number): boolean {
  const start = skipBlanks(text, at);
  return text[start] === '#' && !text.startsWith(HASH_CELL, start);
}

/** The index of the quote that closes a cell, or -1. */
function closingQuote(text: string, from: number, quote: string): number {
  let at = text.indexOf(quote, from);
  while (at !== -1 && text[at + 1] === quote) at = text.indexOf(quote, at + 2);
  return at;
}

function afterLineEnd(text: string, end: number): number {
  return end + (text.startsWith('\r\n', end) ? 2 : 1);
}

function linesIn(text: string): number {
  return text.match(LINE_ENDS)?.length ?? 0;
}

function escaped(character: string): string {
  return /[\\\]^-]/.test(character) ? `\\${character}` : character;
}

function openQuote(line: number): RecordError {
  return new RecordError(`Line ${line} has a quote that is not closed. Close it, or double a quote inside a cell.`);
}

function textAfterQuote(line: number): RecordError {
  return new RecordError(`Line ${line} has text after a closing quote. Double a quote inside a cell.`);
}

function tooLong(line: number, maxLength: number): RecordError {
  return new RecordError(
    `The row at line ${line} is longer than the limit of ${maxLength} characters. Shorten its cells, or close a quote that is left open.`,
  );
}
