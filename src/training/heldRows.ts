import type { Trainer } from '../engine/trainer.ts';
import { encodeTarget } from '../features/target.ts';
import { transform } from '../features/transform.ts';
import type { Prepared } from './prepare.ts';
import type { Parts } from './split/parts.ts';

/** Rows made into inputs at once, so that the matrix is never there twice. */
const CHUNK_ROWS = 4096;

/** Rows of all parts together. */
export function countRows({ training, validation, test }: Parts): number {
  return training.length + validation.length + test.length;
}

/**
 * Puts every part's rows into the trainer's arena, one part behind the other, and gives their numbers there.
 * Class weights go into the weights of the rows.
 */
export function holdParts(trainer: Trainer, prepared: Prepared, classWeights: readonly number[] | null): Parts {
  const { training, validation, test } = prepared.parts;
  const hold = (rows: Int32Array, first: number) => {
    holdRows(trainer, prepared, classWeights, rows, first);
    return rows.map((_row, i) => first + i);
  };
  return {
    training: hold(training, 0),
    validation: hold(validation, training.length),
    test: hold(test, training.length + validation.length),
  };
}

function holdRows(
  trainer: Trainer,
  { table, features, target, targetColumn, weights }: Prepared,
  classWeights: readonly number[] | null,
  rows: Int32Array,
  first: number,
): void {
  const weighted = weights !== null || classWeights !== null;
  for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
    const chunk = rows.subarray(start, start + CHUNK_ROWS);
    const T = encodeTarget(target, targetColumn, chunk);
    const weightOf = (row: number, i: number) => (weights?.[row] ?? 1) * (classWeights?.[T[i]] ?? 1);
    const rowWeights = weighted ? Float64Array.from(chunk, weightOf) : null;
    trainer.hold(first + start, { ...transform(features, table, chunk), T, rowWeights });
  }
}
