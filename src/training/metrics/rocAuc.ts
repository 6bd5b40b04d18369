import { firstAtLeast } from '../../features/sorted.ts';

/**
 * The area under the ROC curve: the chance that a positive row scores above a negative one, ties counting half
 * (Mann and Whitney 1947), with row weights. Null when one of the two is not there.
 */
export function rocAuc(
  scores: Float64Array,
  isPositive: (row: number) => boolean,
  weights: ArrayLike<number> | null,
): number | null {
  // Numbers alone are sorted many times faster than rows by their numbers: a row's place is then looked up.
  const sorted = scores.toSorted();
  const positivesAt = new Float64Array(scores.length);
  const negativesAt = new Float64Array(scores.length);
  for (let row = 0; row < scores.length; row++) {
    const weighed = isPositive(row) ? positivesAt : negativesAt;
    weighed[firstAtLeast(sorted, scores[row])] += weights?.[row] ?? 1;
  }
  let [positives, negatives, area] = [0, 0, 0];
  for (let place = 0; place < scores.length; place++) {
    area += positivesAt[place] * (negatives + negativesAt[place] / 2);
    positives += positivesAt[place];
    negatives += negativesAt[place];
  }
  return positives > 0 && negatives > 0 ? area / (positives * negatives) : null;
}
