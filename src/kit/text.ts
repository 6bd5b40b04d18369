/** Of people's words that are shown to other people. */

/** What terminals obey, what turns round the order of all that stands behind it, and halves of characters. */
const UNSEEN = '\\p{Cc}\\p{Cs}\\u202A-\\u202E\\u2066-\\u2069';

/** A text without any of them. */
export const PLAIN_TEXT = new RegExp(`^[^${UNSEEN}]*$`, 'u');
const UNSEEN_SIGNS = new RegExp(`[${UNSEEN}]+`, 'gu');

/** The text with something else in place of them. */
export function withoutUnseen(text: string, instead: string): string {
  return text.replace(UNSEEN_SIGNS, instead);
}
