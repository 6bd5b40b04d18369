import { parse } from 'node:path';
import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { ServiceError } from '../kit/errors.ts';
import { formatOf } from './formats.ts';
import type { FileFormat } from './ingest/messages.ts';

/** The file of an upload request. */
export interface UploadedFile {
  readonly body: Readable;
  readonly format: FileFormat | null;
  /** The file's own name without its extensions; null when it has none. */
  readonly name: string | null;
}

/** The file, whether it is the body or a part of a form. Throws ServiceError for a form without a file and an unknown encoding. */
export async function uploadedFile(request: FastifyRequest): Promise<UploadedFile> {
  refuseEncoding(request.headers['content-encoding']);
  if (request.isMultipart()) return filePart(request);
  if (!(request.body instanceof Readable)) {
    throw new ServiceError('invalid_file', 'The body is empty: send the file as the body.');
  }
  return { body: request.body, format: formatOf(request.headers['content-type']), name: null };
}

/** Gzip is known by its first bytes; anything else would be read as the file itself. */
function refuseEncoding(encoding: string | undefined): void {
  if (encoding === undefined || /^(gzip|x-gzip|identity)$/i.test(encoding.trim())) return;
  throw new ServiceError('unsupported_encoding', `Content-Encoding ${encoding} is not read here: use gzip or none.`);
}

async function filePart(request: FastifyRequest): Promise<UploadedFile> {
  const part = await request.file();
  if (part === undefined) {
    const message = 'The form has no file: send it as the part "file", with a file name.';
    throw new ServiceError('invalid_request', message, [{ path: '/file', message }]);
  }
  return { body: part.file, format: formatOf(part.mimetype), name: baseName(part.filename) };
}

/** `adult.csv.gz` is called adult. */
function baseName(filename: string): string | null {
  const { name } = parse(filename.replace(/\.gz$/i, ''));
  return name.trim().slice(0, 200) || null;
}
