import { accuracyOf, type ConfusionMatrix, meanScores, scoresOfClass } from '../../../training/metrics/confusion.ts';

/** Metrics of a confusion matrix of weights, `[actual][predicted]`; null where one is undefined. */
export interface ConfusionMetrics {
  readonly accuracy: number;
  /** The mean recall of the classes that occur. */
  readonly balancedAccuracy: number | null;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Matthews' correlation, R_K for more than two classes (Gorodkin 2004). */
  readonly mcc: number | null;
  /** Cohen's kappa. */
  readonly kappa: number | null;
}

export interface ClassScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** The weight of the rows of the class. */
  readonly support: number;
}

/** `positive` is the class of precision, recall and F1; null: the mean over the classes. */
export function confusionMetrics(matrix: ConfusionMatrix, positive: number | null): ConfusionMetrics {
  return {
    accuracy: accuracyOf(matrix),
    balancedAccuracy: balancedAccuracy(matrix),
    ...(positive === null ? meanScores(matrix) : scoresOfClass(matrix, positive)),
    ...agreement(matrix),
  };
}

export function scoresPerClass(matrix: ConfusionMatrix): readonly ClassScores[] {
  return matrix.map((row, k) => ({ ...scoresOfClass(matrix, k), support: sum(row) }));
}

function balancedAccuracy(matrix: ConfusionMatrix): number | null {
  const recalls = matrix.flatMap((row, k) => (sum(row) > 0 ? [row[k] / sum(row)] : []));
  return recalls.length > 0 ? sum(recalls) / recalls.length : null;
}

function agreement(matrix: ConfusionMatrix): Pick<ConfusionMetrics, 'mcc' | 'kappa'> {
  const actual = matrix.map(sum);
  const predicted = matrix.map((_row, k) => sum(matrix.map((row) => row[k])));
  const total = sum(actual);
  // Shares, so that no product overflows.
  const hits = sum(matrix.map((row, k) => row[k])) / total;
  const product = (a: readonly number[], b: readonly number[]) =>
    sum(a.map((value, k) => (value / total) * (b[k] / total)));
  const chance = product(actual, predicted);
  const isConstant = (weights: readonly number[]) => weights.filter((weight) => weight > 0).length < 2;
  const spread = (1 - product(actual, actual)) * (1 - product(predicted, predicted));
  const isUndefined = isConstant(actual) || isConstant(predicted);
  return {
    mcc: isUndefined ? null : (hits - chance) / Math.sqrt(spread),
    kappa: isConstant(actual) && isConstant(predicted) && chance > 0 ? null : (hits - chance) / (1 - chance),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
