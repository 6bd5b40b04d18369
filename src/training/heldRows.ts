import type { Trainer } from '../engine/trainer.ts';
import { transform } from '../features/features.ts';
import { encodeTarget } from '../features/target.ts';
import type { Prepared } from './prepare.ts';
import { PART_NAMES, type PartName, type Parts } from './split/parts.ts';

/** Rows made into inputs at once, so that the matrix is never there twice. */
const CHUNK_ROWS = 4096;

export function countRows(parts: Parts): number {
  return PART_NAMES.reduce((sum, name) => sum + parts[name].length, 0);
}

/** Puts every part's rows into the trainer's arena; class weights go into the weights of the rows. */
export function holdParts(trainer: Trainer, prepared: Prepared, classWeights: readonly number[] | null): Parts {
  let first = 0;
  const held = {} as Record<PartName, Int32Array>;
  for (const name of PART_NAMES) {
    const rows = prepared.parts[name];
    holdRows(trainer, prepared, classWeights, rows, first);
    held[name] = Int32Array.from(rows, (_row, i) => first + i);
    first += rows.length;
  }
  return held;
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
    trainer.hold(first + start, { X: transform(features, table, chunk), T, rowWeights });
  }
}
