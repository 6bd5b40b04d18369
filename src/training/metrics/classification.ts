import { accuracyOf, type ConfusionMatrix, confusion, meanScores, scoresOfClass } from './confusion.ts';
import { rocAuc } from './rocAuc.ts';

/**
 * How good predicted classes are. Two classes: of the second one; more: the plain mean over the
 * classes, each against the rest.
 */
export interface ClassificationMetrics {
  /** The training's loss, without penalties. */
  readonly loss: number;
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Null when a class is missing from the rows. */
  readonly rocAuc: number | null;
  /** Rows: `[actual][predicted]`, in the order of the classes; not weighted. */
  readonly confusionMatrix: ConfusionMatrix;
}

export interface PredictedClasses {
  /** The number of each row's class. */
  readonly actual: Float64Array;
  /** `labels.length` numbers a row. */
  readonly probabilities: Float64Array;
  readonly labels: readonly string[];
  readonly weights: Float64Array | null;
}

/** Every metric of rows whose classes were predicted; `loss` is handed on. */
export function measureClasses(predicted: PredictedClasses, loss: number): ClassificationMetrics {
  const { actual, labels, weights } = predicted;
  const chosen = mostProbable(predicted.probabilities, labels.length);
  const weighted = confusion(actual, chosen, labels.length, weights);
  const scores = labels.length === 2 ? scoresOfClass(weighted, 1) : meanScores(weighted);
  return {
    loss,
    accuracy: accuracyOf(weighted),
    ...scores,
    rocAuc: areaUnderCurves(predicted),
    confusionMatrix: weights === null ? weighted : confusion(actual, chosen, labels.length, null),
  };
}

/** The accuracy alone, for every epoch. */
export function measureAccuracy({ actual, probabilities, labels, weights }: PredictedClasses): number {
  return accuracyOf(confusion(actual, mostProbable(probabilities, labels.length), labels.length, weights));
}

/** The class of the highest probability in each row; the first of equals. */
function mostProbable(probabilities: Float64Array, classes: number): Uint32Array {
  const chosen = new Uint32Array(probabilities.length / classes);
  for (let row = 0; row < chosen.length; row++) {
    const start = row * classes;
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if (probabilities[start + index] > probabilities[start + best]) best = index;
    }
    chosen[row] = best;
  }
  return chosen;
}

/**
 * Two classes: the area of the second. More: the mean area of each class against the rest, of those
 * that occur.
 */
function areaUnderCurves({ actual, probabilities, labels, weights }: PredictedClasses): number | null {
  const areaOf = (index: number) => {
    const scores = actual.map((_class, row) => probabilities[row * labels.length + index]);
    return rocAuc(scores, (row) => actual[row] === index, weights);
  };
  if (labels.length === 2) return areaOf(1);
  const areas = labels.map((_label, index) => areaOf(index)).filter((area) => area !== null);
  return areas.length > 0 ? areas.reduce((sum, area) => sum + area, 0) / areas.length : null;
}
