import type { Dialect } from './dialect.ts';
import { isBlank, type TextRecord } from './records.ts';

/** Lines with fewer values than the table has columns. */
export interface ShortLines {
  readonly count: number;
  /** The number of the first one, from 1. */
  readonly line: number;
}

export interface ShortLineCounter {
  readonly add: (records: readonly TextRecord[]) => void;
  /** Undefined when there are none. */
  readonly found: () => ShortLines | undefined;
}

export function createShortLineCounter({ first: header, skip }: Pick<Dialect, 'first' | 'skip'>): ShortLineCounter {
  let count = 0;
  let first = 0;
  return {
    add(records) {
      for (const record of records) {
        if (record.cells.length >= header.length || record.line <= skip || isBlank(record)) continue;
        if (count === 0) first = record.line;
        count += 1;
      }
    },
    found: () => (count === 0 ? undefined : { count, line: first }),
  };
}

export function shortLinesMessage({ count, line }: ShortLines): string {
  const lines = count === 1 ? `Line ${line} has` : `${count} lines, the first of them line ${line}, have`;
  return `${lines} fewer values than the table has columns. The other cells are missing.`;
}

export function skippedLinesMessage(count: number): string {
  const lines = count === 1 ? '1 line was' : `${count} lines were`;
  return `${lines} skipped above the table, because the table has another number of columns.`;
}
