import { operations, type Shape } from './shapes.ts';

/** One training step, measured. */
export type StepRow = Readonly<{
  shape: readonly number[];
  batch: number;
  kernels: string;
  precision: string;
  threads: number;
  millisecondsPerStep: number;
  gigaflops: number;
  /** Of what as many cores can do at most; null where that is not known. */
  shareOfPeak: number | null;
}>;

interface Timed {
  readonly kernels: string;
  readonly precision: string;
  readonly threads: number;
  readonly milliseconds: number;
  /** GFLOP/s of one core. */
  readonly peak: number | null;
}

export function stepRow(shape: Shape, { milliseconds, peak, ...who }: Timed): StepRow {
  const gigaflops = operations(shape) / milliseconds / 1e6;
  return {
    ...shape,
    ...who,
    millisecondsPerStep: milliseconds,
    gigaflops,
    shareOfPeak: peak === null ? null : gigaflops / (peak * who.threads),
  };
}

/** A peer's time by the best of ours with the same shape and threads; null where ours has no such row. */
export function timesOurs(peer: StepRow, ours: readonly StepRow[]): number | null {
  const { batch, threads } = peer;
  const same = ours.filter(
    (row) => row.batch === batch && row.threads === threads && String(row.shape) === String(peer.shape),
  );
  if (same.length === 0) return null;
  return peer.millisecondsPerStep / Math.min(...same.map((row) => row.millisecondsPerStep));
}
