/** The prefix of every API key, so that people and scanners of leaked secrets recognize one. */
export const KEY_PREFIX = 'ty_';

/** Shorter than a key, so that truncated or mistyped ones are found too. */
const KEY_IN_TEXT = /ty_[A-Za-z0-9_-]{20,}/g;

/** The text without API keys: neither logs nor responses repeat one. */
export function redactKeys(text: string): string {
  return text.replaceAll(KEY_IN_TEXT, `${KEY_PREFIX}[redacted]`);
}
