/** The weight of each actual class that was predicted as each class: `[actual][predicted]`. */
export type ConfusionMatrix = readonly (readonly number[])[];

/** The confusion matrix, with the weight of each row. */
export function confusion(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
  weights: ArrayLike<number> | null,
): ConfusionMatrix {
  const counts = Array.from({ length: classes }, () => Array<number>(classes).fill(0));
  for (let row = 0; row < actual.length; row++) counts[actual[row]][predicted[row]] += weights?.[row] ?? 1;
  return counts;
}

export interface Scores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Precision, recall and F1 of one class; 0 if the denominator is 0. */
export function scoresOfClass(matrix: ConfusionMatrix, positive: number): Scores {
  const hits = matrix[positive][positive];
  const predicted = matrix.reduce((sum, row) => sum + row[positive], 0);
  const actual = matrix[positive].reduce((sum, count) => sum + count, 0);
  return {
    precision: predicted > 0 ? hits / predicted : 0,
    recall: actual > 0 ? hits / actual : 0,
    f1: predicted + actual > 0 ? (2 * hits) / (predicted + actual) : 0,
  };
}

/** The unweighted mean over the classes that occur (macro average). */
export function meanScores(matrix: ConfusionMatrix): Scores {
  const occurring = matrix.map((_row, index) => index).filter((index) => occurs(matrix, index));
  const scores = occurring.map((index) => scoresOfClass(matrix, index));
  const mean = (name: keyof Scores) => scores.reduce((sum, score) => sum + score[name], 0) / Math.max(1, scores.length);
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
}

/** The fraction of rows on the diagonal. */
export function accuracyOf(matrix: ConfusionMatrix): number {
  const total = matrix.flat().reduce((sum, count) => sum + count, 0);
  const hits = matrix.reduce((sum, row, index) => sum + row[index], 0);
  return total > 0 ? hits / total : 0;
}

function occurs(matrix: ConfusionMatrix, index: number): boolean {
  return matrix.some((row, actual) => row[index] > 0 || (actual === index && row.some((count) => count > 0)));
}
