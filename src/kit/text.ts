/** Of people's words that are shown to other people. */

/**
 * What terminals obey, what turns round the order of all that stands behind it, and halves of
 * characters.
 */
const CONTROL = '\\p{Cc}\\p{Cs}\\u202A-\\u202E\\u2066-\\u2069';

/** A text without any of them. */
export const PLAIN_TEXT = new RegExp(`^[^${CONTROL}]*$`, 'u');
const CONTROL_CHARACTERS = new RegExp(`[${CONTROL}]+`, 'gu');

/** The text with something else in place of them. */
export function stripControlCharacters(text: string, replacement: string): string {
  return text.replace(CONTROL_CHARACTERS, replacement);
}
