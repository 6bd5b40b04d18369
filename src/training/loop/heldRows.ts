import type { Trainer } from '../../engine/trainer.ts';
import type { Prepared } from '../prepare.ts';
import type { Parts } from '../split/parts.ts';
import { unitOf } from '../unitOf.ts';

/** Rows of all parts together. */
export function countRows({ rows: { training, validation, test } }: Pick<Prepared, 'rows'>): number {
  return training + validation + test;
}

/**
 * Puts every part's rows into the trainer's arena. Class weights go into the weights of the rows; only what a row weighs beside others counts, so
 * weights of any size are brought to where float32 has them.
 */
export function holdRows(trainer: Trainer, prepared: Prepared, classWeights: readonly number[] | null): void {
  const { X, codes, T, weights } = prepared;
  const weightOf = (code: number, row: number) => (weights?.[row] ?? 1) * (classWeights?.[code] ?? 1);
  const rowWeights = weights !== null || classWeights !== null ? Float64Array.from(T, weightOf) : null;
  trainer.hold(0, { X, codes, T, rowWeights: rowWeights && inTheirUnit(rowWeights) });
}

/** The numbers of the rows of each part, which lie one behind the other. */
export function numberParts({ rows: { training, validation, test } }: Pick<Prepared, 'rows'>): Parts {
  return {
    training: numbers(0, training),
    validation: numbers(training, validation),
    test: numbers(training + validation, test),
  };
}

function inTheirUnit(weights: Float64Array): Float64Array {
  const unit = unitOf(weights);
  return weights.map((weight) => weight / unit);
}

function numbers(first: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => first + i);
}
