export type JsonFormat = 'json' | 'ndjson';

/** The start and the end of a row in some bytes. */
type Range = readonly [start: number, end: number];

interface FoundRows {
  readonly rows: readonly Range[];
  /** The first byte that belongs to no row yet, to be found again with the bytes that follow. */
  readonly next: number;
  /** Whether the byte at `next` can never be in a list of rows. */
  readonly isBroken: boolean;
}

/** Finds the rows of a text without checking their syntax. */
export interface RowFinder {
  /** The rows that end in the bytes. */
  readonly find: (bytes: Buffer) => FoundRows;
  /** Whether the text may end after the bytes. */
  readonly isComplete: () => boolean;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BLANKS = [0x20, 0x09, LINE_FEED, CARRIAGE_RETURN];
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export function createRowFinder(format: JsonFormat): RowFinder {
  return format === 'json' ? createElementFinder() : { find: findLines, isComplete: () => true };
}

/** Lines end at LF, CRLF or CR. JSON has line ends between tokens only. */
function findLines(bytes: Buffer): FoundRows {
  const rows: Range[] = [];
  let start = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== LINE_FEED && bytes[at] !== CARRIAGE_RETURN) continue;
    if (at > start) rows.push([start, at]);
    start = at + 1;
  }
  return { rows, next: start, isBroken: false };
}

type Phase = 'start' | 'first' | 'element' | 'separator' | 'end';

/** The phase after a byte outside the elements. */
const NEXT: Readonly<Record<Phase, Readonly<Record<number, Phase>>>> = {
  start: { [OPEN_ARRAY]: 'first' },
  first: { [CLOSE_ARRAY]: 'end' },
  element: {},
  separator: { [COMMA]: 'element', [CLOSE_ARRAY]: 'end' },
  end: {},
};

/** Finds the objects of an array. */
function createElementFinder(): RowFinder {
  let phase: Phase = 'start';
  return {
    find(bytes) {
      const rows: Range[] = [];
      for (let at = afterBlanks(bytes, 0); at < bytes.length; at = afterBlanks(bytes, at)) {
        if (bytes[at] === OPEN_OBJECT && (phase === 'first' || phase === 'element')) {
          const end = endOfObject(bytes, at);
          if (end === -1) return { rows, next: at, isBroken: false };
          rows.push([at, end]);
          phase = 'separator';
          at = end;
        } else {
          const next: Phase | undefined = NEXT[phase][bytes[at] ?? 0];
          if (next === undefined) return { rows, next: at, isBroken: true };
          phase = next;
          at += 1;
        }
      }
      return { rows, next: bytes.length, isBroken: false };
    },
    isComplete: () => phase === 'end',
  };
}

function afterBlanks(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && BLANKS.includes(bytes[at] ?? 0)) at += 1;
  return at;
}

/** The index after an object; -1 when it does not end in the bytes. */
function endOfObject(bytes: Buffer, start: number): number {
  let depth = 0;
  let isString = false;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (isString) {
      if (byte === BACKSLASH) at += 1;
      else isString = byte !== QUOTE;
    } else if (byte === QUOTE) isString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth += 1;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return -1;
}
