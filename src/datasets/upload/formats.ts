import type { FileFormat } from '../ingest/protocol/messages.ts';

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

/** The format that a Content-Type declares; null when it declares none. */
export function formatOf(contentType: string | undefined): FileFormat | null {
  const [mediaType = ''] = (contentType ?? '').split(';');
  return FORMATS.get(mediaType.trim().toLowerCase()) ?? null;
}
