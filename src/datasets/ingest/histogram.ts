import { doublesOf } from '../doubles.ts';
import type { Session } from '../duckdb.ts';
import { type ColumnFacts, TABLE } from './facts.ts';
import { batches } from './sql.ts';

/** `edges` are one more than `counts`; the last bin has its upper edge. */
interface Histogram {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

export interface Shape {
  readonly histogram: Histogram;
  /** Of a sample (n - 1); null where it is not finite or there are fewer than two values. */
  readonly standardDeviation: number | null;
}

const BINS = 20;
/** Columns that are read side by side: one chunk of them is some ten megabytes. */
const COLUMNS_A_PASS = 800;

/** Histogram and standard deviation of columns of numbers, by column id, in one pass with the mean known. */
export async function readShapes(
  session: Session,
  columns: readonly ColumnFacts[],
): Promise<ReadonlyMap<string, Shape>> {
  const shapes = new Map<string, Shape>();
  for (const batch of batches(columns, COLUMNS_A_PASS)) {
    const tallies = batch.map(createTally);
    const cells = batch.map(({ id }) => `coalesce(${id}::DOUBLE, 'NaN'::DOUBLE)`);
    for await (const chunk of session.stream(`SELECT ${cells.join(', ')} FROM ${TABLE}`)) {
      for (const [index, tally] of tallies.entries()) tally.add(doublesOf(chunk.getColumnVector(index)));
    }
    for (const [index, { id }] of batch.entries()) {
      const tally = tallies[index];
      if (tally) shapes.set(id, tally.shape());
    }
  }
  return shapes;
}

interface Tally {
  readonly add: (values: Float64Array) => void;
  readonly shape: () => Shape;
}

function createTally({ whole, min, max, mean, count }: ColumnFacts): Tally {
  const edges = edgesOf(min ?? 0, max ?? 0, whole);
  const counts = new Float64Array(edges.length - 1);
  const [low = 0] = edges;
  const width = (edges[1] ?? 0) - low;
  const last = counts.length - 1;
  const center = mean ?? 0;
  let squares = 0;
  return {
    add: (values) => {
      for (let i = 0; i < values.length; i++) {
        const value = values[i] ?? Number.NaN;
        if (Number.isNaN(value)) continue;
        const bin = Math.min(last, Math.trunc((value - low) / width));
        counts[bin] = (counts[bin] ?? 0) + 1;
        squares += (value - center) * (value - center);
      }
    },
    shape: () => {
      const deviation = Math.sqrt(squares / (count - 1));
      const standardDeviation = count > 1 && mean !== null && Number.isFinite(deviation) ? deviation : null;
      return { histogram: count === 0 ? { edges: [], counts: [] } : { edges, counts: [...counts] }, standardDeviation };
    },
  };
}

/** Bins of equal width from min to max; whole numbers within a short range get a bin each, with the number in its middle. */
function edgesOf(min: number, max: number, whole: boolean): readonly number[] {
  if (whole && max - min < BINS) return Array.from({ length: max - min + 2 }, (_, bin) => min + bin - 0.5);
  if (min === max) return [min - Math.max(0.5, Math.abs(min) / 2), max + Math.max(0.5, Math.abs(max) / 2)];
  // A weighted mean does not overflow where max - min does.
  return Array.from({ length: BINS + 1 }, (_, bin) => min * (1 - bin / BINS) + max * (bin / BINS));
}
