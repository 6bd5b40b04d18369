import { basename, extname, parse } from 'node:path';
import { UsageError } from '../../config/config.ts';

/** The upload formats, with their media types. */
const MEDIA_TYPES = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
  parquet: 'application/vnd.apache.parquet',
} as const;
export type FormatName = keyof typeof MEDIA_TYPES;

/** The flag that `formatNamed` reads. */
export const FORMAT_FLAG = {
  format: {
    type: 'string',
    valueName: Object.keys(MEDIA_TYPES).join('|'),
    help: 'format of the file (default: from its name, or from the content of standard input)',
  },
} as const;

const ENDINGS: ReadonlyMap<string, FormatName> = new Map([
  ['.csv', 'csv'],
  ['.tsv', 'tsv'],
  ['.ndjson', 'ndjson'],
  ['.jsonl', 'ndjson'],
  ['.json', 'json'],
  ['.parquet', 'parquet'],
]);

export function mediaTypeOf(format: FormatName): string {
  return MEDIA_TYPES[format];
}

/** The format of `--format`. Throws UsageError for an unknown one. */
export function formatNamed(name: string | undefined): FormatName | undefined {
  if (name === undefined) return undefined;
  const names = Object.keys(MEDIA_TYPES) as FormatName[];
  const format = names.find((known) => known === name);
  if (format === undefined) {
    throw new UsageError(`--format expects one of ${names.join(', ')}, got ${JSON.stringify(name)}.`, name, names);
  }
  return format;
}

/**
 * The format by the file's extension, without `.gz`. Throws UsageError for an unknown extension.
 */
export function formatOf(file: string): FormatName {
  const ending = extname(withoutGz(file)).toLowerCase();
  const format = ENDINGS.get(ending);
  if (format !== undefined) return format;
  const known = [...ENDINGS.keys()].join(' ');
  throw new UsageError(
    `${file}: the format is unknown. Name the file with one of ${known}, each also with .gz, or pass --format.`,
  );
}

/** The name of `data/new customers.csv.gz` is `new customers`. */
export function tableName(file: string): string {
  return parse(basename(withoutGz(file))).name;
}

function withoutGz(file: string): string {
  return file.replace(/\.gz$/i, '');
}

/**
 * The format of content that starts with `head`: a byte signature, JSON, or the delimiter of the
 * first line.
 */
export function formatOfContent(head: Buffer): FormatName {
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
  const text = head.toString('utf8').trimStart();
  const [firstLine = ''] = text.split('\n', 1);
  if (text.startsWith('[')) return 'json';
  if (text.startsWith('{')) return isRow(firstLine) ? 'ndjson' : 'json';
  return firstLine.includes('\t') && !firstLine.includes(',') ? 'tsv' : 'csv';
}

/** A row of NDJSON. A prediction request, `{"rows": [...]}`, may also be one line. */
function isRow(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !('rows' in value && Array.isArray(value.rows));
  } catch {
    return false;
  }
}
