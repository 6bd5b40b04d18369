import { invalidCursor } from './wire.ts';

/** The position of an item in a list that is sorted by time, then by name. */
export interface KeysetPosition {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly name: string;
}

/** The cursor of a page that starts after the position. */
export function encodeKeysetCursor({ at, name }: KeysetPosition): string {
  return Buffer.from(`${at}:${name}`).toString('base64url');
}

/** Throws ServiceError `invalid_request` for anything that `encodeKeysetCursor` did not create. */
export function decodeKeysetCursor(cursor: string): KeysetPosition {
  const [, at, name] = /^(\d{1,16}):(.+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (at !== undefined && name !== undefined) return { at: Number(at), name };
  throw invalidCursor();
}
