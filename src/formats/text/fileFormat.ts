import { foreignFileOf } from './foreignFiles.ts';
import { wideEncodingOf } from './textDecoder.ts';

export type FileFormat = 'csv' | 'tsv' | 'ndjson' | 'json' | 'parquet';

/** The format of each media type; null: it is detected from the content. */
const FORMATS: ReadonlyMap<string, FileFormat | null> = new Map<string, FileFormat | null>([
  ['text/csv', 'csv'],
  ['application/csv', 'csv'],
  ['text/tab-separated-values', 'tsv'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['application/json', 'json'],
  ['application/vnd.apache.parquet', 'parquet'],
  ['application/x-parquet', 'parquet'],
  ['application/octet-stream', null],
  ['application/gzip', null],
  ['application/x-gzip', null],
  ['text/plain', null],
]);

export const MEDIA_TYPES: readonly string[] = [...FORMATS.keys()];

/** The format that a media type declares; null when it declares none. */
export function formatOf(mediaType: string): FileFormat | null {
  return FORMATS.get(mediaType) ?? null;
}

const NAMES: Record<FileFormat, string> = {
  csv: 'CSV',
  tsv: 'TSV',
  ndjson: 'NDJSON',
  json: 'JSON',
  parquet: 'Parquet',
};
const DECLARED_AS: Record<FileFormat, string> = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
  parquet: 'application/vnd.apache.parquet',
};

/** First characters that show a format. */
const HEAD_CHARACTERS = 2 ** 14;

/** A file that is no table, or of another format. The message says what to do. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}

/**
 * The format of a file by its first bytes. Throws FormatError when it is no table, or contradicts
 * `declared`, the format of the request.
 */
export function detectFormat(head: Buffer, declared: FileFormat | null): FileFormat {
  if (head.length === 0) throw new FormatError('The file is empty. Send a header line and at least one row.');
  const text = textOf(head);
  const foreign = foreignFileOf(head, text);
  if (foreign) throw new FormatError(`The file is ${foreign.what}, not a table: ${foreign.remedy}.`);
  const found = formatOfText(head, text);
  if (declared === null) return found ?? 'csv';
  if (declared === 'parquet' && found !== 'parquet') {
    throw new FormatError('The file is not Parquet. Send it with the Content-Type of its format.');
  }
  const declaredText = declared === 'ndjson' || declared === 'json';
  if (found === null || found === declared || (declaredText && found !== 'parquet')) return declared;
  throw new FormatError(
    `The file is ${NAMES[found]}, not ${NAMES[declared]}. Send it with Content-Type ${DECLARED_AS[found]}.`,
  );
}

function textOf(head: Buffer): string {
  const start = head.subarray(0, HEAD_CHARACTERS);
  const text = new TextDecoder(wideEncodingOf(start) ?? 'utf-8').decode(start);
  return text.trimStart();
}

/** Parquet and JSON have typical first bytes; null: any other text. */
function formatOfText(head: Buffer, text: string): FileFormat | null {
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
  if (/^\[\s*(\{|\])/.test(text)) return 'json';
  if (/^\{\s*("|\})/.test(text)) return 'ndjson';
  return null;
}
