import { accuracyOf, type ConfusionMatrix, confusion, meanScores, scoresOfClass } from './confusion.ts';
import { rocAuc } from './rocAuc.ts';

/**
 * Metrics of predicted classes. For two classes, of the second one; for more, the unweighted mean
 * over the classes, one against the rest.
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
  /** Rows: `[actual][predicted]`, in the order of the classes; unweighted. */
  readonly confusionMatrix: ConfusionMatrix;
}

export interface PredictedClasses {
  /** The class index of each row. */
  readonly actual: Float64Array;
  /** `labels.length` numbers for each row. */
  readonly probabilities: Float64Array;
  readonly labels: readonly string[];
  readonly weights: Float64Array | null;
}

/** Every metric of rows with predicted classes; `loss` is passed through. */
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

/** Only the accuracy, for every epoch. */
export function measureAccuracy({ actual, probabilities, labels, weights }: PredictedClasses): number {
  return accuracyOf(confusion(actual, mostProbable(probabilities, labels.length), labels.length, weights));
}

/** The class with the highest probability in each row; the first one on ties. */
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
 * Two classes: the area for the second one. More: the mean area over the classes that occur, one
 * against the rest.
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
