import { parse } from 'node:path';
import { Readable } from 'node:stream';
import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { pointer, ServiceError } from '../../kit/contract/errors.ts';
import { stripControlCharacters } from '../../kit/text.ts';
import type { FileFormat } from '../ingest/messages.ts';
import { formatOf } from './formats.ts';

type Parts = AsyncIterableIterator<Multipart>;

/** The file of an upload request. */
export interface UploadedFile {
  readonly body: Readable;
  /** By its Content-Length; undefined for a part of a form, and where there is none. */
  readonly declaredBytes?: number | undefined;
  readonly format: FileFormat | null;
  /** The file's own name without its extensions; null when it has none. */
  readonly name: string | null;
}

/** The file, whether it is the body or a part of a form. Throws ServiceError for a form that is not one file. */
export async function uploadedFile(request: FastifyRequest): Promise<UploadedFile> {
  if (request.isMultipart()) return filePart(request);
  if (!(request.body instanceof Readable)) {
    throw new ServiceError('invalid_file', 'The body is empty: send the file as the body.');
  }
  const { 'content-type': type, 'content-length': length } = request.headers;
  const declaredBytes = length === undefined ? undefined : Number(length);
  return { body: request.body, declaredBytes, format: formatOf(type), name: null };
}

async function filePart(request: FastifyRequest): Promise<UploadedFile> {
  const parts = request.parts();
  const part = await nextPart(parts);
  if (part === undefined) {
    const message = 'The form has no file: send it as the part "file", with a file name.';
    throw new ServiceError('invalid_request', message, [{ path: '/file', message }]);
  }
  if (part.type === 'field') throw notTheFile(part);
  return {
    body: Readable.from(contentOf(part, parts), { objectMode: false }),
    format: formatOf(part.mimetype),
    name: baseName(part.filename),
  };
}

/** The chunks of the file. Throws ServiceError where the form is cut off or has something behind the file. */
async function* contentOf({ file }: MultipartFile, parts: Parts): AsyncGenerator<Buffer> {
  try {
    yield* file;
  } catch {
    throw brokenForm();
  }
  const another = await nextPart(parts);
  if (another !== undefined) throw notTheFile(another);
}

async function nextPart(parts: Parts): Promise<Multipart | undefined> {
  try {
    const { value, done } = await parts.next();
    return done ? undefined : value;
  } catch {
    throw brokenForm();
  }
}

function brokenForm(): ServiceError {
  return new ServiceError(
    'invalid_request',
    'The form is malformed or cut off: send multipart/form-data with one file.',
  );
}

function notTheFile({ fieldname }: Multipart): ServiceError {
  const message = 'The form takes one file and nothing else: options go into the address.';
  return new ServiceError('invalid_request', message, [{ path: pointer([fieldname]), message }]);
}

/** `adult.csv.gz` is called adult; control characters, which a terminal would obey, are left out. */
function baseName(filename: string): string | null {
  const { name } = parse(filename.replace(/\.gz$/i, ''));
  const printable = stripControlCharacters(name, '');
  return printable.trim().slice(0, 200) || null;
}
