const MAX_NAMED = 5;
/** Characters of each text; a cell may have thousands. */
const MAX_LENGTH = 60;

/** The first texts in quotation marks, and how many others there are: `'a', 'b' and 3 others`. */
export function nameSome(texts: readonly string[], max = MAX_NAMED): string {
  const named = texts.slice(0, max).map((text) => `'${shorten(text)}'`);
  const others = texts.length - named.length;
  if (others === 0) return named.join(', ');
  return `${named.join(', ')} and ${others} ${others === 1 ? 'other' : 'others'}`;
}

function shorten(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}
