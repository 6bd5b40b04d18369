import { isComment } from './comments.ts';
import type { Dialect, ShortHeader } from './dialect.ts';
import { isBlank, type TextRecord } from './records.ts';

/** Lines of one kind. */
export interface CountedLines {
  readonly count: number;
  /** The number of the first one, from 1. */
  readonly line: number;
}

export interface LineCounter {
  readonly add: (records: readonly TextRecord[]) => void;
  /** Undefined when there are none. */
  readonly found: () => CountedLines | undefined;
}

/** Counts lines with fewer values than the table has columns. */
export function createShortLineCounter(
  dialect: Pick<Dialect, 'first' | 'skip' | 'comments' | 'shortHeader'>,
): LineCounter {
  const { first, skip, shortHeader } = dialect;
  const above = shortHeader === null ? skip : skip + 1;
  return createLineCounter(
    (record) =>
      record.cells.length < first.length && record.line > above && !isBlank(record) && !isComment(record, dialect),
  );
}

/** Counts comments below the header. */
export function createCommentCounter(dialect: Pick<Dialect, 'first' | 'skip' | 'comments'>): LineCounter {
  return createLineCounter((record) => record.line > dialect.skip && isComment(record, dialect));
}

function createLineCounter(matches: (record: TextRecord) => boolean): LineCounter {
  let count = 0;
  let first = 0;
  return {
    add(records) {
      for (const record of records) {
        if (!matches(record)) continue;
        if (count === 0) first = record.line;
        count += 1;
      }
    },
    found: () => (count === 0 ? undefined : { count, line: first }),
  };
}

export function shortLinesMessage({ count, line }: CountedLines): string {
  const lines = count === 1 ? `Line ${line} has` : `${count} lines, the first of them line ${line}, have`;
  return `${lines} fewer values than the table has columns. The other cells are missing.`;
}

export function commentLinesMessage({ count, line }: CountedLines): string {
  const lines = count === 1 ? `Line ${line} begins` : `${count} lines, the first of them line ${line}, begin`;
  const rows = count === 1 ? 'a comment and not as a row' : 'comments and not as rows';
  return `${lines} with # and ${count === 1 ? 'was' : 'were'} read as ${rows}.`;
}

export function skippedLinesMessage(count: number): string {
  const lines = count === 1 ? '1 line was' : `${count} lines were`;
  return `${lines} skipped above the table, because the table has another number of columns.`;
}

export function shortHeaderMessage({ rowNames }: ShortHeader): string {
  const place = rowNames ? 'first column, which has the names of the rows' : 'last column, which is empty';
  return `The header has one name fewer than the rows have values, so it has none for the ${place}.`;
}
