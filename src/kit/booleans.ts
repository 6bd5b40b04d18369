/** Words for truth values, whatever their case: of an upload, of a feature that is typed boolean, of a row to predict. */
const TRUE_WORDS = new Set(['true', 't', 'yes', 'y', '1', '1.0', 'on']);
const FALSE_WORDS = new Set(['false', 'f', 'no', 'n', '0', '0.0', 'off']);

/** 1 for a word that means true, 0 for one that means false, undefined for any other; blanks around it do not count. */
export function readBoolean(text: string): 0 | 1 | undefined {
  const word = text.trim().toLowerCase();
  if (TRUE_WORDS.has(word)) return 1;
  return FALSE_WORDS.has(word) ? 0 : undefined;
}
