import { createHash, randomBytes } from 'node:crypto';
import { KEY_PREFIX } from '../kit/secrets.ts';

const SECRET_BYTES = 32;
/**
 * Of the text, so that 208 of its 256 random bits remain unknown to anyone who sees a list of keys.
 */
const PREFIX_LENGTH = KEY_PREFIX.length + 8;
/** 32 bytes in base64url. */
const KEY = /^ty_[A-Za-z0-9_-]{43}$/;

/** The stored parts of a key. */
export interface KeyFingerprint {
  /** The beginning of the text. */
  readonly prefix: string;
  /** Of the whole text. All of it is random, so a plain hash reveals nothing about it. */
  readonly sha256: Buffer;
}

/** `ty_` and 32 random bytes in base64url. */
export function newKeyText(): string {
  return KEY_PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
}

/** The stored parts of a key, or undefined if the text cannot be one. */
export function fingerprintOf(text: string): KeyFingerprint | undefined {
  if (!KEY.test(text)) return undefined;
  return { prefix: text.slice(0, PREFIX_LENGTH), sha256: createHash('sha256').update(text).digest() };
}
