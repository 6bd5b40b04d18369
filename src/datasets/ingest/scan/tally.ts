/** The statistics of a column of numbers after one pass. */
export interface BasicStats {
  /** Cells with a value. */
  readonly count: number;
  /** Infinity without a value. */
  readonly min: number;
  /** -Infinity without a value. */
  readonly max: number;
  readonly sum: number;
  /** Whether all numbers are whole. */
  readonly whole: boolean;
  /** Every value with its count, when all are small whole numbers; null otherwise. */
  readonly repeats: Repeats | null;
}

/** `times[i]` cells have the value `values[i]`. */
export interface Repeats {
  readonly values: Float64Array;
  readonly times: Float64Array;
}

export interface Tally {
  /** Adds cells; NaN is missing. */
  readonly add: (values: Float64Array) => void;
  readonly basics: () => BasicStats;
}

/**
 * The lowest of the whole numbers that are counted one by one: pixels, ages, hours, codes of
 * categories.
 */
const LOWEST = -1024;
/** 16 KB a column. */
const SLOTS = 4096;

export function createTally(): Tally {
  const slots = new Uint32Array(SLOTS);
  let isSmall = true;
  let whole = true;
  let count = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;

  function addSlots(values: Float64Array): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      const slot = (value - LOWEST) | 0;
      if (slot + LOWEST !== value || slot < 0 || slot >= SLOTS) {
        isSmall = false;
        return;
      }
      slots[slot] = (slots[slot] ?? 0) + 1;
    }
  }

  return {
    add: (values) => {
      if (isSmall) addSlots(values);
      whole &&= isSmall || values.every((value) => Number.isNaN(value) || Math.trunc(value) === value);
      const part = summarize(values);
      count += part.count;
      sum += part.sum;
      min = Math.min(min, part.min);
      max = Math.max(max, part.max);
    },
    basics: () => ({ count, min, max, sum, whole, repeats: isSmall ? repeatsOf(slots) : null }),
  };
}

function summarize(values: Float64Array): Pick<BasicStats, 'count' | 'sum' | 'min' | 'max'> {
  let count = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    count += 1;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { count, sum, min, max };
}

function repeatsOf(slots: Uint32Array): Repeats {
  const values: number[] = [];
  const times: number[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    const count = slots[slot] ?? 0;
    if (count === 0) continue;
    values.push(slot + LOWEST);
    times.push(count);
  }
  return { values: Float64Array.from(values), times: Float64Array.from(times) };
}
