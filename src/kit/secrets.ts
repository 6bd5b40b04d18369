/** What every API key starts with, so that people and scanners of leaked secrets know one. */
export const KEY_PREFIX = 'ty_';

/** Shorter than a key, so that one that was cut or mistyped is found as well. */
const KEY_IN_TEXT = /ty_[A-Za-z0-9_-]{20,}/g;

/** The text with every API key in it taken out: nothing that is logged or answered repeats one. */
export function redactKeys(text: string): string {
  return text.replaceAll(KEY_IN_TEXT, `${KEY_PREFIX}[redacted]`);
}
