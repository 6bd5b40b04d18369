import type { Trainer } from '../../engine/network/trainer.ts';
import { powerOfTwoScale } from '../metrics/powerOfTwoScale.ts';
import type { Prepared } from '../prepare.ts';
import type { Splits } from '../split/splits.ts';

/** The rows of all splits together. */
export function countRows({ rows: { training, validation, test } }: Pick<Prepared, 'rows'>): number {
  return training + validation + test;
}

/**
 * Loads the rows of every split into the trainer's arena. Class weights are multiplied into the row
 * weights. Only ratios of weights matter, so they are scaled to the range of float32.
 */
export function loadPreparedRows(trainer: Trainer, prepared: Prepared, classWeights: readonly number[] | null): void {
  const { X, codes, T } = prepared;
  const rowWeights = weightsOf(prepared, classWeights);
  trainer.load(0, { X, codes, T, rowWeights: rowWeights && scaleByPowerOfTwo(rowWeights) });
}

/** The weight of each row in the loss: its own times that of its class; null: each weighs 1. */
export function weightsOf(
  { T, weights }: Pick<Prepared, 'T' | 'weights'>,
  classWeights: readonly number[] | null,
): Float64Array | null {
  if (weights === null && classWeights === null) return null;
  return Float64Array.from(T, (code, row) => (weights?.[row] ?? 1) * (classWeights?.[code] ?? 1));
}

/** The row indices of each split, which are consecutive. */
export function rowIndices({ rows: { training, validation, test } }: Pick<Prepared, 'rows'>): Splits {
  return {
    training: range(0, training),
    validation: range(training, validation),
    test: range(training + validation, test),
  };
}

function scaleByPowerOfTwo(weights: Float64Array): Float64Array {
  const unit = powerOfTwoScale(weights);
  return weights.map((weight) => weight / unit);
}

function range(first: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => first + i);
}
