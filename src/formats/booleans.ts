/** Words for truth values, whatever their case: of an upload, of a feature that is typed boolean, of a row to predict. */
export const TRUE_WORDS: readonly string[] = ['true', 't', 'yes', 'y', '1', '1.0', 'on'];
export const FALSE_WORDS: readonly string[] = ['false', 'f', 'no', 'n', '0', '0.0', 'off'];

/** 1 for a word that means true, 0 for one that means false, undefined for any other; blanks around it do not count. */
export function parseBoolean(text: string): 0 | 1 | undefined {
  const word = text.trim().toLowerCase();
  if (TRUE_WORDS.includes(word)) return 1;
  return FALSE_WORDS.includes(word) ? 0 : undefined;
}
