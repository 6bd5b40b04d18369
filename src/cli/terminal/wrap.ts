/**
 * Lines of at most `width` characters, broken at line breaks and blanks. A longer word has its own
 * line, unbroken.
 */
export function wrap(text: string, width: number): readonly string[] {
  const pieces = new RegExp(`.{1,${width}}(?: |$)|[^ ]+(?: |$)`, 'g');
  return text.split('\n').flatMap((line) => line.match(pieces)?.map((piece) => piece.trimEnd()) ?? [line]);
}
