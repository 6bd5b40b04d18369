import { lowerBound } from '../../features/scaling/sorted.ts';

/**
 * The area under the ROC curve: the probability that a positive row scores above a negative one,
 * ties counting half (Mann and Whitney 1947), with row weights. Null if either kind is missing.
 */
export function rocAuc(
  scores: Float64Array,
  isPositive: (row: number) => boolean,
  weights: ArrayLike<number> | null,
): number | null {
  // Only the positive rows are sorted, because they are few if one of many classes is compared with
  // the rest: negative rows are located by binary search.
  const sorted = scores.filter((_score, row) => isPositive(row)).sort();
  const { at, below } = cumulativeWeights(sorted, scores, isPositive, weights);
  const positives = below[sorted.length];
  let [negatives, area] = [0, 0];
  for (let row = 0; row < scores.length; row++) {
    if (isPositive(row)) continue;
    const weight = weights?.[row] ?? 1;
    const index = lowerBound(sorted, scores[row]);
    const tied = sorted[index] === scores[row] ? at[index] : 0;
    area += weight * (positives - below[index] - tied / 2);
    negatives += weight;
  }
  return positives > 0 && negatives > 0 ? area / (positives * negatives) : null;
}

/**
 * The weight of the positive rows at each position, with equal scores at the first one, and the
 * weight of all below it.
 */
function cumulativeWeights(
  sorted: Float64Array,
  scores: Float64Array,
  isPositive: (row: number) => boolean,
  weights: ArrayLike<number> | null,
): { readonly at: Float64Array; readonly below: Float64Array } {
  const at = new Float64Array(sorted.length);
  for (let row = 0; row < scores.length; row++) {
    if (isPositive(row)) at[lowerBound(sorted, scores[row])] += weights?.[row] ?? 1;
  }
  const below = new Float64Array(sorted.length + 1);
  for (let index = 0; index < at.length; index++) below[index + 1] = below[index] + at[index];
  return { at, below };
}
