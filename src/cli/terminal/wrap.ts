/**
 * Lines of at most `width` characters, broken where the text says so and at blanks; a longer word
 * stands alone and whole.
 */
export function wrap(text: string, width: number): readonly string[] {
  const pieces = new RegExp(`.{1,${width}}(?: |$)|[^ ]+(?: |$)`, 'g');
  return text.split('\n').flatMap((line) => line.match(pieces)?.map((piece) => piece.trimEnd()) ?? [line]);
}
