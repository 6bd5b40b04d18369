import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { constants, gunzipSync } from 'node:zlib';
import { type FormatName, formatOf, formatOfContent, mediaTypeOf, tableName } from './format.ts';

/** The argument for standard input. */
const STANDARD_INPUT = '-';
/** Enough for the header line of a wide table. */
const HEAD_BYTES = 2 ** 20;
/** Gzip expands at most 1032 times, so this many bytes decompress to at most 64 MiB. */
const PACKED_HEAD_BYTES = 2 ** 16;

/** The upload of a file. */
export interface FileBody {
  readonly mediaType: string;
  readonly isGzipped: boolean;
  readonly content: Blob | ReadableStream<Uint8Array>;
}

/** A file or standard input, which can be sent once. */
export interface Input {
  /** Name for messages. */
  readonly label: string;
  /** Name of a dataset that is created from it. */
  readonly tableName: string;
  readonly format: FormatName;
  /** The first bytes, decompressed. */
  readonly head: Buffer;
  /** Whether `head` is the whole content. */
  readonly isWhole: boolean;
  /** As sent; undefined for a stream. */
  readonly bytes: number | undefined;
  readonly body: FileBody;
}

interface InputOptions {
  /** The stream for `-`; by default the standard input of the process. */
  readonly stdin?: Readable | undefined;
  /** Aborts reading standard input, which may never end. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a file, or standard input for `-`, and reads its first bytes. `format` has priority over
 * the file's name. Throws UsageError for a name without a known format, AbortError for an aborted
 * signal, and an Error if the file cannot be read.
 */
export async function openInput(
  file: string,
  format: FormatName | undefined,
  { stdin = process.stdin, signal }: InputOptions = {},
): Promise<Input> {
  if (file === STANDARD_INPUT) return openStream(signal ? addAbortSignal(signal, stdin) : stdin, format);
  const requested = format ?? formatOf(file);
  const content = await openFile(file);
  const start = Buffer.from(await content.slice(0, HEAD_BYTES).arrayBuffer());
  const source = { label: file, tableName: tableName(file), content, start, isAll: content.size <= HEAD_BYTES };
  return inputOf({ ...source, bytes: content.size }, requested);
}

async function openStream(stdin: Readable, format: FormatName | undefined): Promise<Input> {
  const chunks: AsyncIterator<Buffer> = stdin[Symbol.asyncIterator]();
  const read: Buffer[] = [];
  let bytes = 0;
  let isAll = false;
  while (bytes < HEAD_BYTES && !isAll) {
    const { done, value } = await chunks.next();
    if (done) isAll = true;
    else {
      read.push(value);
      bytes += value.length;
    }
  }
  const start = Buffer.concat(read);
  const content = isAll ? new Blob([start]) : streamOf(start, chunks, stdin);
  const source = { label: 'standard input', tableName: 'standard input', content, start, isAll };
  return inputOf({ ...source, bytes: isAll ? bytes : undefined }, format);
}

function streamOf(start: Buffer, rest: AsyncIterator<Buffer>, stdin: Readable): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array(start)),
    async pull(controller) {
      const { done, value } = await rest.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
    /**
     * A waiting iterator cannot be closed, and an open standard input would prevent the process
     * from exiting.
     */
    cancel() {
      stdin.destroy();
    },
  });
}

interface Opened extends Pick<Input, 'label' | 'tableName' | 'bytes'> {
  readonly content: FileBody['content'];
  /** The first bytes as they are sent, and whether they are the whole content. */
  readonly start: Buffer;
  readonly isAll: boolean;
}

function inputOf({ start, isAll, content, ...names }: Opened, format: FormatName | undefined): Input {
  const isGzipped = start[0] === 0x1f && start[1] === 0x8b;
  const seen = isGzipped ? start.subarray(0, PACKED_HEAD_BYTES) : start;
  const plain = isGzipped ? unpackedStart(seen) : start;
  const head = plain.subarray(0, HEAD_BYTES);
  const found = format ?? formatOfContent(head);
  const body = { mediaType: mediaTypeOf(found), isGzipped, content };
  const isWhole = isAll && seen.length === start.length && head.length === plain.length;
  return { ...names, format: found, head, isWhole, body };
}

/**
 * The beginning of the decompressed content; empty if the gzip is damaged, which the service
 * reports.
 */
function unpackedStart(packed: Buffer): Buffer {
  try {
    return gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}

/** The whole content, decompressed. */
export async function readWhole({ body: { content, isGzipped } }: Input): Promise<string> {
  const packed = content instanceof Blob ? content.stream() : content;
  // Both are streams of bytes; their types differ only in the kind of buffer.
  const plain = isGzipped ? packed.pipeThrough(new DecompressionStream('gzip') as never) : packed;
  return (await buffer(plain as AsyncIterable<Uint8Array>)).toString('utf8');
}

async function openFile(file: string): Promise<Blob> {
  try {
    if ((await stat(file)).isFile()) return await openAsBlob(file);
  } catch (error) {
    throw new Error(`${file} cannot be read.`, { cause: error });
  }
  // A blob of a pipe has a length of 0 and no content.
  throw new Error(`${file} is not a regular file. Pass - to read standard input.`);
}
