import { createGenerator, type Generator } from '../../engine/random.ts';
import { type SplitName, type Splits, sortedSplits, splitByFractions } from './splits.ts';

/** The random streams of splits and folds; the training uses another. */
const SPLIT_STREAM = 1;
const FOLD_STREAM = 2;

export interface SplitFractions {
  readonly validation: number;
  readonly test: number;
}

/** The generator of all splits with a seed. */
export function splitGenerator(seed: number): Generator {
  return createGenerator(seed, SPLIT_STREAM);
}

/** The generator of all folds with a seed. */
export function foldGenerator(seed: number): Generator {
  return createGenerator(seed, FOLD_STREAM);
}

/** Rows drawn at random for each part. */
export function splitAtRandom(rows: Int32Array, { validation, test }: SplitFractions, seed: number): Splits {
  const order = rows.slice();
  splitGenerator(seed).shuffle(order);
  return splitByFractions(order, validation, test);
}

/** Validation rows for each class, from which on every class has at least one. */
const VALIDATION_ROWS_PER_CLASS = 2;

/**
 * The same with each class split in proportion. Every class has at least one training row, so a
 * class of one row is only trained. A class of more rows has a validation row, unless the classes
 * are too many for that: a class without one would seem to be impossible, and the best epoch would
 * be the one that never predicts it.
 */
export function splitStratified(
  rows: Int32Array,
  classes: Float64Array,
  fractions: SplitFractions,
  seed: number,
): Splits {
  const generator = splitGenerator(seed);
  const drawn: Record<SplitName, Int32Array[]> = { training: [], validation: [], test: [] };
  // The rounding error of one class is carried to the next, so that the totals are exact.
  const owed = { validation: 0, test: 0 };
  const byClass = rowsByClass(rows, classes);
  const validatesEach = rows.length * fractions.validation >= VALIDATION_ROWS_PER_CLASS * byClass.length;
  for (const ofClass of byClass) {
    generator.shuffle(ofClass);
    owed.test += ofClass.length * fractions.test;
    owed.validation += ofClass.length * fractions.validation;
    const fewest = validatesEach && ofClass.length > 1 ? 1 : 0;
    const testRows = Math.min(Math.round(owed.test), ofClass.length - 1 - fewest);
    const validationRows = Math.max(fewest, Math.min(Math.round(owed.validation), ofClass.length - 1 - testRows));
    owed.test -= testRows;
    owed.validation -= validationRows;
    drawn.test.push(ofClass.subarray(0, testRows));
    drawn.validation.push(ofClass.subarray(testRows, testRows + validationRows));
    drawn.training.push(ofClass.subarray(testRows + validationRows));
  }
  return sortedSplits(drawn);
}

/** The rows of each class, in the order of the classes; `classes[i]` is the class of `rows[i]`. */
export function rowsByClass(rows: Int32Array, classes: Float64Array): Int32Array[] {
  const byClass = new Map<number, number[]>();
  rows.forEach((row, i) => {
    const ofClass = byClass.get(classes[i]);
    if (ofClass) ofClass.push(row);
    else byClass.set(classes[i], [row]);
  });
  return [...byClass].sort(([a], [b]) => a - b).map(([, ofClass]) => Int32Array.from(ofClass));
}
