import { parse } from 'node:path';
import { Readable } from 'node:stream';
import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { type FileFormat, formatOf } from '../../formats/text/fileFormat.ts';
import { knownCharset, parseContentType } from '../../kit/contract/contentType.ts';
import { pointer, ServiceError } from '../../kit/contract/errors.ts';
import { stripControlCharacters } from '../../kit/text.ts';

type Parts = AsyncIterableIterator<Multipart>;

/** The file of an upload request. */
export interface UploadedFile {
  readonly body: Readable;
  /** The Content-Length; undefined for a part of a form and for chunked bodies. */
  readonly declaredBytes?: number | undefined;
  readonly format: FileFormat | null;
  /** Of the Content-Type; null: it is detected. */
  readonly charset: string | null;
  /** The file name without its extensions; null when it has none. */
  readonly name: string | null;
}

/**
 * Finds the file in the body or in a part of a form. Throws ServiceError for a form that is not one
 * file, and `unsupported_encoding` for an unknown charset.
 */
export async function uploadedFile(request: FastifyRequest): Promise<UploadedFile> {
  if (request.isMultipart()) return filePart(request);
  if (!(request.body instanceof Readable)) {
    throw new ServiceError('invalid_file', 'The body is empty: send the file as the body.');
  }
  const { 'content-type': type, 'content-length': length } = request.headers;
  const declaredBytes = length === undefined ? undefined : Number(length);
  const { mediaType, charset } = parseContentType(type);
  return { body: request.body, declaredBytes, format: formatOf(mediaType), charset: knownCharset(charset), name: null };
}

async function filePart(request: FastifyRequest): Promise<UploadedFile> {
  const parts = request.parts();
  const part = await nextPart(parts);
  if (part === undefined) {
    const message = 'The form has no file: send the file as the part "file" with a file name.';
    throw new ServiceError('invalid_request', message, [{ path: '/file', message }]);
  }
  if (part.type === 'field') throw notTheFile(part);
  return {
    body: Readable.from(contentOf(part, parts), { objectMode: false }),
    format: formatOf(part.mimetype.toLowerCase()),
    charset: null,
    name: baseName(part.filename),
  };
}

/**
 * The chunks of the file. Throws ServiceError when the form is truncated or has parts after the
 * file.
 */
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
    'The form is malformed or truncated: send multipart/form-data with one file.',
  );
}

function notTheFile({ fieldname }: Multipart): ServiceError {
  const message = 'The form must contain one file and no other parts: send options as query parameters.';
  return new ServiceError('invalid_request', message, [{ path: pointer([fieldname]), message }]);
}

/**
 * `adult` for `adult.csv.gz`. Removes control characters, because a terminal would execute them.
 */
function baseName(filename: string): string | null {
  const { name } = parse(filename.replace(/\.gz$/i, ''));
  const printable = stripControlCharacters(name, '');
  return printable.trim().slice(0, 200) || null;
}
