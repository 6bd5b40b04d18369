import type { Repeats } from './tally.ts';

/** One more edge than counts. The last bin includes its upper edge. */
interface Histogram {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

export interface Shape {
  readonly histogram: Histogram;
  /** Of a sample (n - 1); null when it is not finite or there are fewer than two values. */
  readonly standardDeviation: number | null;
}

/** The facts of a column that its bins depend on. */
export interface Extent {
  readonly count: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly whole: boolean;
}

export interface ShapeTally {
  /** Adds cells; NaN is missing. */
  readonly add: (values: Float64Array) => void;
  readonly addRepeats: (repeats: Repeats) => void;
  readonly shape: () => Shape;
}

const BINS = 20;

export function createShapeTally({ whole, min, max, mean, count }: Extent): ShapeTally {
  const edges = edgesOf(min ?? 0, max ?? 0, whole);
  const counts = new Float64Array(edges.length - 1);
  const [low = 0] = edges;
  const width = (edges[1] ?? 0) - low;
  const last = counts.length - 1;
  const center = mean ?? 0;
  let squares = 0;

  function add(values: Float64Array, times: Float64Array | null): void {
    let sum = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      const cells = times === null ? 1 : (times[i] ?? 0);
      const bin = Math.min(last, Math.trunc((value - low) / width));
      counts[bin] = (counts[bin] ?? 0) + cells;
      sum += cells * (value - center) * (value - center);
    }
    squares += sum;
  }

  return {
    add: (values) => add(values, null),
    addRepeats: ({ values, times }) => add(values, times),
    shape: () => {
      const deviation = Math.sqrt(squares / (count - 1));
      const standardDeviation = count > 1 && mean !== null && Number.isFinite(deviation) ? deviation : null;
      return { histogram: count === 0 ? { edges: [], counts: [] } : { edges, counts: [...counts] }, standardDeviation };
    },
  };
}

/**
 * Bins of equal width from min to max. Whole numbers in a short range get a bin each, with the
 * number at its center.
 */
function edgesOf(min: number, max: number, whole: boolean): readonly number[] {
  if (whole && max - min < BINS) return Array.from({ length: max - min + 2 }, (_, bin) => min + bin - 0.5);
  if (min === max) return [min - Math.max(0.5, Math.abs(min) / 2), max + Math.max(0.5, Math.abs(max) / 2)];
  // A weighted mean does not overflow where max - min does.
  return Array.from({ length: BINS + 1 }, (_, bin) => min * (1 - bin / BINS) + max * (bin / BINS));
}
