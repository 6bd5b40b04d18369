/** Text from users that is shown to other users. */

/**
 * Characters that terminals interpret, those that reverse the direction of the text after them, and
 * lone surrogates.
 */
const CONTROL = '\\p{Cc}\\p{Cs}\\u202A-\\u202E\\u2066-\\u2069';

/** A text without any of them. */
export const PLAIN_TEXT = new RegExp(`^[^${CONTROL}]*$`, 'u');
const CONTROL_CHARACTERS = new RegExp(`[${CONTROL}]+`, 'gu');

/** The text with a replacement for each of them. */
export function stripControlCharacters(text: string, replacement: string): string {
  return text.replace(CONTROL_CHARACTERS, replacement);
}
