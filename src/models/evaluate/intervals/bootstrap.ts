import { createGenerator } from '../../../engine/random.ts';
import type { Interval } from './wilson.ts';

/** The metrics of the rows, each counted as often as `timesOf` says; null where undefined. */
export type Statistic = (timesOf: (row: number) => number) => Readonly<Record<string, number | null>>;

export interface BootstrapOptions {
  readonly rows: number;
  readonly resamples: number;
  readonly level: number;
  readonly seed: number;
}

/** A metric needs this many resamples in which it is defined. */
const MIN_DEFINED = 20;

/**
 * Percentile intervals of every metric (Efron 1979). A resample is a count of each row, so that
 * rows are sorted once for all resamples. Metrics that are seldom defined have no interval.
 */
export function bootstrap(statistic: Statistic, options: BootstrapOptions): Readonly<Record<string, Interval>> {
  const { rows, resamples, level, seed } = options;
  const generator = createGenerator(seed);
  const drawn = new Map<string, number[]>();
  const counts = new Uint32Array(rows);
  for (let resample = 0; resample < resamples; resample++) {
    counts.fill(0);
    for (let i = 0; i < rows; i++) counts[generator.integer(rows)]++;
    for (const [name, value] of Object.entries(statistic((row) => counts[row]))) {
      if (value === null || !Number.isFinite(value)) continue;
      const values = drawn.get(name);
      if (values) values.push(value);
      else drawn.set(name, [value]);
    }
  }
  const intervals = [...drawn].flatMap(([name, values]) =>
    values.length < MIN_DEFINED ? [] : [[name, percentiles(values, level)] as const],
  );
  return Object.fromEntries(intervals);
}

function percentiles(values: readonly number[], level: number): Interval {
  const sorted = Float64Array.from(values).sort();
  return { low: quantile(sorted, (1 - level) / 2), high: quantile(sorted, (1 + level) / 2) };
}

/** Linear between the two nearest values. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const [low, high] = [Math.floor(position), Math.ceil(position)];
  return sorted[low] + (position - low) * (sorted[high] - sorted[low]);
}
