import { invalidCursor } from '../kit/contract/wire.ts';

/** Cursors of lists that are ordered by what changes: how many items came before. Opaque to clients. */
export function encodeOffset(offset: number): string {
  return Buffer.from(`+${offset}`).toString('base64url');
}

/** Throws ServiceError `invalid_request` for what `encodeOffset` did not make. */
export function decodeOffset(cursor: string): number {
  const [, offset] = /^\+(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (offset === undefined) throw invalidCursor();
  return Number(offset);
}
