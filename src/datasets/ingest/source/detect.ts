import { open } from 'node:fs/promises';
import { type FileFormat, Refusal } from '../protocol/messages.ts';

const HEAD_BYTES = 64 * 2 ** 10;
const TAIL_BYTES = 1024;

/** Formats that are often sent as a table by mistake, by their first bytes. */
const FOREIGN: readonly { readonly magic: readonly number[]; readonly what: string; readonly remedy: string }[] = [
  { magic: [0x50, 0x4b], what: 'a zip archive or a spreadsheet', remedy: 'unpack it, or save the sheet as CSV' },
  { magic: [0xd0, 0xcf, 0x11, 0xe0], what: 'an old Excel file', remedy: 'save the sheet as CSV' },
  { magic: [0x89, 0x50, 0x4e, 0x47], what: 'a PNG image', remedy: 'send a table' },
  { magic: [0xff, 0xd8, 0xff], what: 'a JPEG image', remedy: 'send a table' },
  { magic: [0x25, 0x50, 0x44, 0x46], what: 'a PDF', remedy: 'export the table as CSV' },
  { magic: [0x1f, 0x8b], what: 'packed with gzip more than twice', remedy: 'unpack it' },
  { magic: [0x42, 0x5a, 0x68], what: 'packed with bzip2', remedy: 'unpack it or pack it with gzip' },
  { magic: [0xfd, 0x37, 0x7a, 0x58], what: 'packed with xz', remedy: 'unpack it or pack it with gzip' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], what: 'packed with zstd', remedy: 'unpack it or pack it with gzip' },
  { magic: [0x41, 0x52, 0x52, 0x4f, 0x57], what: 'an Arrow file', remedy: 'save the table as Parquet' },
];

const NAMES: Record<FileFormat, string> = {
  csv: 'CSV',
  tsv: 'TSV',
  ndjson: 'NDJSON',
  json: 'JSON',
  parquet: 'Parquet',
};
const MEDIA_TYPES: Record<FileFormat, string> = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
  parquet: 'application/vnd.apache.parquet',
};

/**
 * The format of a file by its first bytes. Throws Refusal when it contradicts `declared`, the
 * format of the request.
 */
export function detectFormat(head: Buffer, declared: FileFormat | null): FileFormat {
  if (head.length === 0) throw new Refusal('The file is empty. Send a header line and at least one row.');
  refuseForeign(head);
  const found = formatOf(head);
  if (declared === null) return found ?? 'csv';
  if (declared === 'parquet' && found !== 'parquet') {
    throw new Refusal('The file is not Parquet. Send it with the Content-Type of its format.');
  }
  const declaredText = declared === 'ndjson' || declared === 'json';
  if (found === null || found === declared || (declaredText && found !== 'parquet')) return declared;
  const name = NAMES[found];
  throw new Refusal(`The file is ${name}, not ${NAMES[declared]}. Send it with Content-Type ${MEDIA_TYPES[found]}.`);
}

/** Parquet and JSON have typical first bytes; null: any other text. */
function formatOf(head: Buffer): FileFormat | null {
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
  const text = head
    .toString('utf8')
    .replaceAll(/[\uFEFF\0]/g, '')
    .trimStart();
  if (/^\[\s*(\{|\])/.test(text)) return 'json';
  if (/^\{\s*("|\})/.test(text)) return 'ndjson';
  return null;
}

function refuseForeign(head: Buffer): void {
  const foreign = FOREIGN.find(({ magic }) => magic.every((byte, index) => head[index] === byte));
  if (foreign) throw new Refusal(`The file is ${foreign.what}, not a table: ${foreign.remedy}.`);
}

export async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(HEAD_BYTES), length: HEAD_BYTES });
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The last bytes of a file as text. */
export async function readTail(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const position = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(TAIL_BYTES), position });
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
