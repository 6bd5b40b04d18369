/**
 * The area under the ROC curve: the chance that a positive row scores above a negative one, ties counting half
 * (Mann and Whitney 1947), with row weights. Null when one of the two is not there.
 */
export function rocAuc(
  scores: Float64Array,
  isPositive: (row: number) => boolean,
  weights: ArrayLike<number> | null,
): number | null {
  const order = Uint32Array.from(scores, (_score, row) => row).sort((a, b) => scores[a] - scores[b]);
  let [positives, negatives, area] = [0, 0, 0];
  for (let start = 0; start < order.length; ) {
    let [tiedPositives, tiedNegatives] = [0, 0];
    let end = start;
    for (; end < order.length && scores[order[end]] === scores[order[start]]; end++) {
      const weight = weights?.[order[end]] ?? 1;
      if (isPositive(order[end])) tiedPositives += weight;
      else tiedNegatives += weight;
    }
    area += tiedPositives * (negatives + tiedNegatives / 2);
    positives += tiedPositives;
    negatives += tiedNegatives;
    start = end;
  }
  return positives > 0 && negatives > 0 ? area / (positives * negatives) : null;
}
