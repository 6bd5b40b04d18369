import { ServiceError } from './errors.ts';

/** A Content-Type in lower case (RFC 9110, 8.3). */
export interface ContentType {
  /** Such as `text/csv`; empty if there is none. */
  readonly mediaType: string;
  readonly charset: string | undefined;
}

export function parseContentType(header = ''): ContentType {
  const [mediaType = '', ...parameters] = header.toLowerCase().split(';');
  const charset = parameters.map((parameter) => /^\s*charset="?([^"\s]+)"?\s*$/.exec(parameter)?.[1]).find(Boolean);
  return { mediaType: mediaType.trim(), charset };
}

/** The charset; null without one. Throws ServiceError `unsupported_encoding` if it is unknown. */
export function knownCharset(charset: string | undefined): string | null {
  if (charset === undefined) return null;
  try {
    new TextDecoder(charset);
    return charset;
  } catch {
    const detail = `The charset ${JSON.stringify(charset)} is not supported. Send UTF-8, or a charset of the WHATWG Encoding Standard.`;
    throw new ServiceError('unsupported_encoding', detail);
  }
}
