import type { Trainer } from '../../engine/network/trainer.ts';
import { powerOfTwoScale } from '../powerOfTwoScale.ts';
import type { Prepared } from '../prepare.ts';
import type { Splits } from '../split/splits.ts';

/** Rows of all parts together. */
export function countRows({ rows: { training, validation, test } }: Pick<Prepared, 'rows'>): number {
  return training + validation + test;
}

/**
 * Puts every part's rows into the trainer's arena. Class weights go into the weights of the rows;
 * only what a row weighs beside others counts, so weights of any size are brought to where float32
 * has them.
 */
export function loadPreparedRows(trainer: Trainer, prepared: Prepared, classWeights: readonly number[] | null): void {
  const { X, codes, T, weights } = prepared;
  const weightOf = (code: number, row: number) => (weights?.[row] ?? 1) * (classWeights?.[code] ?? 1);
  const rowWeights = weights !== null || classWeights !== null ? Float64Array.from(T, weightOf) : null;
  trainer.load(0, { X, codes, T, rowWeights: rowWeights && scaleByPowerOfTwo(rowWeights) });
}

/** The numbers of the rows of each part, which lie one behind the other. */
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
