import type { TextRecord } from './records.ts';

/** Which lines that begin with # are comments and not rows. */
export interface CommentRule {
  /** Rows begin with # too, so that a comment is # and then a blank, # or !. */
  readonly onlyMarked: boolean;
  /** Also lines with as many cells as a row. */
  readonly ofAnyWidth: boolean;
}

const MARKED = /^\s*#([\s#!]|$)/;

/** Whether a line has # and then a blank, # or !. `#name` is the header of some formats. */
export function isMarkedComment({ hasHash, cells: [cell = ''] }: TextRecord): boolean {
  return hasHash && MARKED.test(cell);
}

/**
 * Whether a record below the header is a comment: it begins with # outside quotes and, unless
 * `ofAnyWidth`, has another number of cells than a row. Tables with one column have no comments.
 */
export function isComment(
  record: TextRecord,
  {
    first,
    comments: { onlyMarked, ofAnyWidth },
  }: { readonly first: readonly string[]; readonly comments: CommentRule },
): boolean {
  if (!record.hasHash || first.length === 1) return false;
  if (record.cells.length === first.length) return ofAnyWidth && isMarkedComment(record);
  return !onlyMarked || isMarkedComment(record);
}
