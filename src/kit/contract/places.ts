import { invalidCursor } from './wire.ts';

/** Where a named thing stands in a list that is sorted by time, then by name. */
export interface Place {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly name: string;
}

/** The cursor of a page that starts after the place. */
export function encodePlace({ at, name }: Place): string {
  return Buffer.from(`${at}:${name}`).toString('base64url');
}

/** Throws ServiceError `invalid_request` for what `encodePlace` did not make. */
export function decodePlace(cursor: string): Place {
  const [, at, name] = /^(\d{1,16}):(.+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (at !== undefined && name !== undefined) return { at: Number(at), name };
  throw invalidCursor();
}
