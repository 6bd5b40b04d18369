import type { Warning } from '../../kit/warning.ts';

/** The rows of each split, ascending. */
export interface Splits {
  readonly training: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

export type SplitName = keyof Splits;

export interface SplitRows {
  readonly splits: Splits;
  readonly warnings: readonly Warning[];
}

/** Rows that go to a split together. */
type Drawn = readonly ArrayLike<number>[];

/** Splits of rows in any order. */
export function sortedSplits({ training, validation, test }: Readonly<Record<SplitName, Drawn>>): Splits {
  return { training: sorted(training), validation: sorted(validation), test: sorted(test) };
}

/**
 * Divides an order of rows: the test rows from its end, the validation rows before them, the
 * training rows first.
 */
export function splitByFractions(order: Int32Array, validation: number, test: number): Splits {
  const testRows = countOf(order.length, test);
  const validationRows = Math.min(countOf(order.length, validation), Math.max(0, order.length - testRows - 1));
  const [validationStart, testStart] = [order.length - testRows - validationRows, order.length - testRows];
  return sortedSplits({
    training: [order.subarray(0, validationStart)],
    validation: [order.subarray(validationStart, testStart)],
    test: [order.subarray(testStart)],
  });
}

/** The rows of all, one after another. */
export function concat(drawn: Drawn): Int32Array {
  const all = new Int32Array(drawn.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const rows of drawn) {
    all.set(rows, offset);
    offset += rows.length;
  }
  return all;
}

/** A fraction of the rows, at least one if the fraction is above 0 and rows remain. */
function countOf(rows: number, share: number): number {
  if (share === 0) return 0;
  return Math.min(Math.max(1, Math.round(rows * share)), Math.max(0, rows - 1));
}

function sorted(drawn: Drawn): Int32Array {
  return concat(drawn).sort();
}
