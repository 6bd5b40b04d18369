import { openAsBlob } from 'node:fs';
import { basename, extname, parse } from 'node:path';
import { ConfigurationError } from '../config.ts';

/** The formats that go over the wire, by the ending of a file's name. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.tsv': 'text/tab-separated-values',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
  '.json': 'application/json',
  '.parquet': 'application/vnd.apache.parquet',
};

export interface FileFormat {
  readonly mediaType: string;
  readonly isGzipped: boolean;
}

/** What is sent of a file. */
export interface FileBody extends FileFormat {
  readonly content: Blob;
}

/** The format that a file's name tells. Throws ConfigurationError for an ending that is not known. */
export function formatOf(file: string): FileFormat {
  const isGzipped = extname(file).toLowerCase() === '.gz';
  const ending = extname(isGzipped ? file.slice(0, -'.gz'.length) : file).toLowerCase();
  const mediaType = MEDIA_TYPES[ending];
  if (!mediaType) {
    const known = Object.keys(MEDIA_TYPES).join(' ');
    throw new ConfigurationError(`${file}: the name has to tell the format: ${known}, each also with .gz after it.`);
  }
  return { mediaType, isGzipped };
}

/** `data/new customers.csv.gz` is called `new customers`. */
export function tableName(file: string): string {
  return parse(basename(file).replace(/\.gz$/i, '')).name;
}

/** The file's bytes, read from disk as they are sent. Throws when it cannot be read. */
export async function openFile(file: string): Promise<Blob> {
  try {
    return await openAsBlob(file);
  } catch (error) {
    throw new Error(`${file} cannot be read.`, { cause: error });
  }
}
