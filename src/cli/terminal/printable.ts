import { stripControlCharacters } from '../../kit/text.ts';

/** The text in one line, without what terminals obey: it may be somebody else's. */
export function printable(text: string): string {
  return stripControlCharacters(text, ' ').trim();
}
