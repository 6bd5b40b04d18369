/** The formats of the home page. A client without a preference, such as curl, gets the first. */
const FORMATS = ['text/plain', 'text/html', 'application/json'] as const;
export type Format = (typeof FORMATS)[number];

/** The format that an Accept header prefers (RFC 9110, 12.5.1). */
export function preferredFormat(accept = ''): Format {
  const ranges = accept.split(',').map(readRange);
  const known = ranges.filter(({ format, quality }) => format !== undefined && quality > 0);
  return known.toSorted((a, b) => b.quality - a.quality)[0]?.format ?? FORMATS[0];
}

function readRange(range: string): { readonly format: Format | undefined; readonly quality: number } {
  const [type = '', ...parameters] = range
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
  const isAny = type === '*/*' || type === 'text/*';
  return { format: isAny ? FORMATS[0] : FORMATS.find((format) => format === type), quality: Number(quality) };
}
