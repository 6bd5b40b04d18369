import type { Times } from './rounds.ts';
import { operations, type Shape } from './shapes.ts';

/** A measured training step. */
export type StepRow = Readonly<{
  shape: readonly number[];
  batch: number;
  optimizer: string;
  program: string;
  precision: string;
  threads: number;
  /** Of a step, in the median round and in the fastest. */
  medianMs: number;
  fastestMs: number;
  /** 10⁹ operations of the products a second, in the fastest round. */
  gflops: number;
  /** Relative to the peak of these cores in that precision; null if unknown. */
  ofPeak: number | null;
  /**
   * The round-trip time between two cores, just after the round, if several share the step; null
   * for one.
   */
  betweenNs: number | null;
}>;

interface Timed {
  readonly program: string;
  readonly precision: string;
  readonly threads: number;
  /** Milliseconds a step. */
  readonly times: Times;
  /** GFLOP/s of one core. */
  readonly peak: number | null;
  readonly betweenNs: number | null;
}

export function stepRow(shape: Shape, { times, peak, betweenNs, ...who }: Timed): StepRow {
  const gflops = operations(shape) / times.fastest / 1e6;
  return {
    optimizer: 'adam',
    ...shape,
    ...who,
    medianMs: times.median,
    fastestMs: times.fastest,
    gflops,
    ofPeak: peak === null ? null : gflops / (peak * who.threads),
    betweenNs,
  };
}

/**
 * A peer's fastest time divided by the best of ours with the same shape, optimizer, precision and
 * threads; null if there is none.
 */
export function timesOurs(peer: StepRow, ours: readonly StepRow[]): number | null {
  const { batch, threads, precision, optimizer } = peer;
  const same = ours.filter(
    (row) =>
      row.batch === batch &&
      row.threads === threads &&
      row.precision === precision &&
      row.optimizer === optimizer &&
      String(row.shape) === String(peer.shape),
  );
  if (same.length === 0) return null;
  return peer.fastestMs / Math.min(...same.map((row) => row.fastestMs));
}
