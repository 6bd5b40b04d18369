/** Writes the rows of a table as a file in every format and dialect. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';

/** A way to write a file, and to send it. */
export interface Writing {
  readonly format: 'csv' | 'tsv' | 'ndjson' | 'json' | 'parquet';
  readonly delimiter: ',' | ';' | '\t' | '|';
  readonly quote: '"' | "'";
  readonly quotesAll: boolean;
  readonly lineEnd: string;
  /** The line ends of every third line, unless it is null. */
  readonly otherLineEnd: string | null;
  readonly hasFinalLineEnd: boolean;
  readonly hasHeader: boolean;
  readonly hasSeparatorLine: boolean;
  /** Lines above the header. */
  readonly above: readonly string[];
  /** One line of this many lacks its last cells; 0: none. */
  readonly shortLines: number;
  readonly hasLastDelimiter: boolean;
  readonly hasBlankLines: boolean;
  readonly hasCommentLines: boolean;
  readonly charset: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  readonly hasMark: boolean;
  readonly statesCharset: boolean;
  readonly statesDelimiter: boolean;
  readonly statesHeader: boolean;
  readonly statesType: boolean;
  readonly isPacked: boolean;
  readonly nullValues: string | null;
  /** Numbers and booleans of JSON are such values in every column of this many. */
  readonly typedJson: number;
  readonly hasRepeatedKeys: boolean;
  readonly omitsEmpty: boolean;
  /** Whether the target is the first column, or else the last one. */
  readonly targetFirst: boolean;
}

const rarely = fc.integer({ min: 0, max: 9 }).map((value) => value === 9);

export const writing: fc.Arbitrary<Writing> = fc.record({
  format: fc.constantFrom('csv', 'csv', 'csv', 'csv', 'tsv', 'ndjson', 'ndjson', 'json', 'parquet'),
  delimiter: fc.constantFrom(',', ',', ';', '\t', '|'),
  quote: fc.constantFrom('"', '"', '"', "'"),
  quotesAll: rarely,
  lineEnd: fc.constantFrom('\n', '\n', '\n', '\r\n', '\r'),
  otherLineEnd: fc.constantFrom(null, null, null, null, null, null, '\n', '\r\n'),
  hasFinalLineEnd: rarely.map((rare) => !rare),
  hasHeader: rarely.map((rare) => !rare),
  hasSeparatorLine: rarely,
  above: fc.constantFrom([], [], [], [], [], ['# made by hand'], ['# from x, y; z', '#'], ['A title', '']),
  shortLines: fc.constantFrom(0, 0, 0, 0, 4, 7),
  hasLastDelimiter: rarely,
  hasBlankLines: rarely,
  hasCommentLines: rarely,
  charset: fc.constantFrom('utf-8', 'utf-8', 'utf-8', 'utf-8', 'utf-16le', 'utf-16be', 'windows-1252'),
  hasMark: fc.boolean(),
  statesCharset: fc.boolean(),
  statesDelimiter: rarely,
  statesHeader: fc.boolean(),
  statesType: rarely.map((rare) => !rare),
  isPacked: rarely,
  nullValues: fc.constantFrom(null, null, null, null, '-,unknown', '-999,?', ''),
  typedJson: fc.constantFrom(0, 1, 1, 2),
  hasRepeatedKeys: rarely,
  omitsEmpty: fc.boolean(),
  targetFirst: fc.boolean(),
});

export const MEDIA_TYPES = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
  parquet: 'application/vnd.apache.parquet',
} as const;

/** The rows of a table: its names, and the cells of each row. */
export interface Rows {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The bytes of a text. */
export function textBytes(table: Rows, way: Writing): Buffer {
  const bytes = encoded(textOf(table, way), way);
  return way.isPacked ? gzipSync(bytes) : bytes;
}

function textOf(table: Rows, way: Writing): string {
  switch (way.format) {
    case 'json':
      return `[${objectsOf(table, way).join(',\n')}]`;
    case 'ndjson':
      return withLineEnds(objectsOf(table, way), way);
    default:
      return delimited(table, way);
  }
}

export function delimiterOf({ format, delimiter }: Writing): string {
  return format === 'tsv' ? '\t' : delimiter;
}

function delimited({ names, rows }: Rows, way: Writing): string {
  const delimiter = delimiterOf(way);
  const line = (cells: readonly string[]) =>
    cells.map((cell) => quoted(cell, delimiter, way)).join(delimiter) + (way.hasLastDelimiter ? delimiter : '');
  const lines = rows.map(line);
  const blank = way.hasBlankLines ? [''] : [];
  return withLineEnds(
    [
      ...(way.hasSeparatorLine ? [`sep=${delimiter}`] : []),
      ...way.above,
      ...(way.hasHeader ? [line(names)] : []),
      ...lines.flatMap((each, row) => [...(way.hasCommentLines && row % 5 === 4 ? ['# a note'] : []), each, ...blank]),
    ],
    way,
  );
}

function withLineEnds(lines: readonly string[], { lineEnd, otherLineEnd, hasFinalLineEnd }: Writing): string {
  const endOf = (line: number) => (otherLineEnd !== null && line % 3 === 1 ? otherLineEnd : lineEnd);
  return lines.map((line, i) => line + (i < lines.length - 1 || hasFinalLineEnd ? endOf(i) : '')).join('');
}

function quoted(cell: string, delimiter: string, { quote, quotesAll }: Writing): string {
  const needsQuotes = quotesAll || /[\r\n]/.test(cell) || cell.includes(delimiter) || cell.includes(quote);
  return needsQuotes ? `${quote}${cell.replaceAll(quote, quote + quote)}${quote}` : cell;
}

const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;

function objectsOf({ names, rows }: Rows, { typedJson, hasRepeatedKeys, omitsEmpty }: Writing): readonly string[] {
  const valueOfCell = (cell: string, column: number) => {
    if (typedJson === 0 || column % typedJson !== 0) return JSON.stringify(cell);
    if (cell === '') return 'null';
    const isValue = cell === 'true' || cell === 'false' || (JSON_NUMBER.test(cell) && Number.isFinite(Number(cell)));
    return isValue ? cell : JSON.stringify(cell);
  };
  return rows.map((cells, row) => {
    const members = cells.flatMap((cell, column) => {
      if (omitsEmpty && cell === '') return [];
      const key = JSON.stringify(names[column]);
      const earlier = hasRepeatedKeys && (row + column) % 3 === 0 ? [`${key}:"earlier"`] : [];
      return [...earlier, `${key}:${valueOfCell(cell, column)}`];
    });
    return `{${members.join(', ')}}`;
  });
}

const SINGLE_BYTES = new Map(
  Array.from({ length: 256 }, (_, byte) => [new TextDecoder('windows-1252').decode(Uint8Array.of(byte)), byte]),
);
const MARK = '\ufeff';

function encoded(text: string, { charset, hasMark }: Writing): Buffer {
  const marked = hasMark ? MARK + text : text;
  switch (charset) {
    case 'utf-8':
      return Buffer.from(marked);
    case 'utf-16le':
      return Buffer.from(marked, 'utf16le');
    case 'utf-16be':
      return Buffer.from(marked, 'utf16le').swap16();
    case 'windows-1252':
      return Buffer.from([...text].map((letter) => SINGLE_BYTES.get(letter) ?? 0x5f));
  }
}
