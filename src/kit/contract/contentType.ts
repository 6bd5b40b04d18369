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
