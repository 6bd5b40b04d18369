/** Encodings of responses, the preferred one first. */
export const ENCODINGS = ['br', 'gzip'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** The first encoding that an Accept-Encoding header accepts (RFC 9110, 12.5.3), if any. */
export function acceptedEncoding(header: string | readonly string[] | undefined): Encoding | undefined {
  const accepted = new Map(
    String(header ?? '')
      .toLowerCase()
      .split(',')
      .map(readChoice),
  );
  return ENCODINGS.find((encoding) => accepted.get(encoding) ?? accepted.get('*') ?? false);
}

function readChoice(choice: string): readonly [name: string, isAccepted: boolean] {
  const [name = '', ...parameters] = choice.split(';').map((part) => part.trim());
  return [name, !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))];
}
