import { invalidCursor } from '../../kit/contract/wire.ts';

/** An opaque cursor for lists whose sort key can change: the number of items before the page. */
export function encodeOffset(offset: number): string {
  return Buffer.from(`+${offset}`).toString('base64url');
}

/** Throws ServiceError `invalid_request` for a cursor that `encodeOffset` did not create. */
export function decodeOffset(cursor: string): number {
  const [, offset] = /^\+(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (offset === undefined) throw invalidCursor();
  return Number(offset);
}
