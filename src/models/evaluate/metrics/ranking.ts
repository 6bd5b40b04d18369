/** Scored rows of two kinds, from the highest score to the lowest. */
export interface Ranking {
  /** The rows by descending score. */
  readonly order: Uint32Array;
  /** The positions in `order` after which the score changes, ascending; the last is the end. */
  readonly steps: Uint32Array;
}

export function rank(scores: ArrayLike<number>): Ranking {
  const order = Uint32Array.from({ length: scores.length }, (_, row) => row).sort((a, b) => scores[b] - scores[a]);
  const steps: number[] = [];
  for (let i = 1; i <= order.length; i++) {
    if (i === order.length || scores[order[i]] !== scores[order[i - 1]]) steps.push(i);
  }
  return { order, steps: Uint32Array.from(steps) };
}

/** Areas and distances of the curves over all thresholds. */
export interface RankingMetrics {
  readonly rocAuc: number;
  /** Average precision: the sum of (R[n] - R[n-1]) P[n], equal scores as one step. */
  readonly prAuc: number;
  /** The largest TPR - FPR, at least 0. */
  readonly ks: number;
}

/**
 * The metrics of a ranking in one pass; null if a class is missing. `weightOf` is the weight of a
 * row, or how often a resample has it.
 */
export function rankingMetrics(
  { order, steps }: Ranking,
  isPositive: (row: number) => boolean,
  weightOf: (row: number) => number,
): RankingMetrics | null {
  let [positives, negatives] = [0, 0];
  for (const row of order) {
    if (isPositive(row)) positives += weightOf(row);
    else negatives += weightOf(row);
  }
  if (positives <= 0 || negatives <= 0) return null;
  let [hits, alarms, area, precision, ks, start] = [0, 0, 0, 0, 0, 0];
  for (const end of steps) {
    let [hit, alarm] = [0, 0];
    for (; start < end; start++) {
      const row = order[start];
      if (isPositive(row)) hit += weightOf(row);
      else alarm += weightOf(row);
    }
    area += alarm * (hits + hit / 2);
    hits += hit;
    alarms += alarm;
    if (hit > 0) precision += (hit * hits) / (hits + alarms);
    ks = Math.max(ks, hits / positives - alarms / negatives);
  }
  return { rocAuc: area / (positives * negatives), prAuc: precision / positives, ks };
}
