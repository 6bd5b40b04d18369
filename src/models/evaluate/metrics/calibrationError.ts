/** Rows with a score in 0..1, and what it predicts: whether the outcome occurred, 0 or 1. */
export interface ScoredOutcomes {
  readonly scores: ArrayLike<number>;
  readonly outcomes: ArrayLike<number>;
  readonly weights: ArrayLike<number> | null;
}

export interface CalibrationBin {
  readonly weight: number;
  /** The mean score. */
  readonly score: number;
  /** The mean outcome. */
  readonly outcome: number;
}

const BINS = 15;

/**
 * Bins of equal weight along the score. Rows with equal scores form one group, which is divided
 * between the bins at a border.
 */
export function calibrationBins({ scores, outcomes, weights }: ScoredOutcomes, bins = BINS): readonly CalibrationBin[] {
  const order = Uint32Array.from({ length: scores.length }, (_, row) => row).sort((a, b) => scores[a] - scores[b]);
  const weightOf = (row: number) => weights?.[row] ?? 1;
  const total = order.reduce((sum, row) => sum + weightOf(row), 0);
  const sums = Array.from({ length: bins }, () => ({ weight: 0, score: 0, outcome: 0 }));
  let [bin, position, start] = [0, 0, 0];
  while (start < order.length) {
    const score = scores[order[start]];
    let [weight, hits, end] = [0, 0, start];
    for (; end < order.length && scores[order[end]] === score; end++) {
      weight += weightOf(order[end]);
      hits += weightOf(order[end]) * outcomes[order[end]];
    }
    for (let left = weight; left > 0; ) {
      const border = ((bin + 1) * total) / bins;
      const part = bin === bins - 1 ? left : Math.min(left, border - position);
      const sum = sums[bin];
      sum.weight += part;
      sum.score += part * score;
      sum.outcome += (part * hits) / weight;
      position += part;
      left -= part;
      if (bin < bins - 1 && left > 0) {
        bin++;
        position = border;
      }
    }
    start = end;
  }
  return sums
    .filter(({ weight }) => weight > 0)
    .map(({ weight, score, outcome }) => ({ weight, score: score / weight, outcome: outcome / weight }));
}

/** The mean distance between score and outcome of the bins, by weight. */
export function calibrationErrorOf(bins: readonly CalibrationBin[]): number {
  const total = bins.reduce((sum, { weight }) => sum + weight, 0);
  return bins.reduce((sum, { weight, score, outcome }) => sum + (weight / total) * Math.abs(outcome - score), 0);
}
