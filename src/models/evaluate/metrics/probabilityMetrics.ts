import { type ClassRows, logProbabilities } from './classRows.ts';

/** The mean log loss from the logits. Infinite where a logit is. */
export function logLossOf(rows: ClassRows): number {
  const { actual, logits, classes } = rows;
  return meanOf(rows, (row) => -logProbabilities(logits, row, classes)(actual[row]));
}

/** Two classes: the mean of (p - y)², 0 to 1. More: of the sum over the classes, 0 to 2. */
export function brierOf(rows: ClassRows): number {
  const { actual, probabilities, classes } = rows;
  if (classes === 2) return meanOf(rows, (row) => (probabilities[2 * row + 1] - actual[row]) ** 2);
  return meanOf(rows, (row) => {
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      sum += (probabilities[row * classes + k] - (actual[row] === k ? 1 : 0)) ** 2;
    }
    return sum;
  });
}

/**
 * The share of rows whose class is among the k most probable ones. Of equal probabilities, that of
 * the first class counts as higher.
 */
export function topKOf(rows: ClassRows, k: number): number {
  const { actual, probabilities, classes } = rows;
  return meanOf(rows, (row) => {
    const own = probabilities[row * classes + actual[row]];
    let before = 0;
    for (let other = 0; other < classes; other++) {
      const p = probabilities[row * classes + other];
      if (p > own || (p === own && other < actual[row])) before++;
    }
    return before < k ? 1 : 0;
  });
}

function meanOf({ actual, weights }: ClassRows, valueAt: (row: number) => number): number {
  let [sum, total] = [0, 0];
  for (let row = 0; row < actual.length; row++) {
    const weight = weights?.[row] ?? 1;
    sum += weight * valueAt(row);
    total += weight;
  }
  return sum / total;
}
