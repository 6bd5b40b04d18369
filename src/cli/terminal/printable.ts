import { stripControlCharacters } from '../../kit/text.ts';

/** The text on one line, without control characters, because it may be user input. */
export function printable(text: string): string {
  return stripControlCharacters(text, ' ').trim();
}
