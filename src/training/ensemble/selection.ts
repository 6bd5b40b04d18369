import type { Numbers } from '../../engine/matrix.ts';
import type { Score } from './score.ts';

/** The parameters of a member after one epoch, which may become a part of the model. */
export interface Candidate {
  /** From 0. */
  readonly member: number;
  readonly epoch: number;
  /** One number a validation row; see `scoredValues`. */
  readonly values: Numbers;
}

/** The rows that decide. */
export interface ScoredRows {
  readonly score: Score;
  /** The target of each row. */
  readonly T: Numbers;
  /** Null: each row weighs 1. */
  readonly weights: Numbers | null;
}

export interface Selection {
  /** Indices of candidates in the order in which they were selected. */
  readonly picks: readonly number[];
  /** Of the mean of the picks. */
  readonly score: number;
  /** The index of the best candidate of each member, null for a member without any, by member. */
  readonly best: readonly (number | null)[];
  /** Of each candidate alone. */
  readonly scores: readonly number[];
}

/** Starting from one candidate, a member that overfits the validation rows would stay alone. */
const STARTING_MEMBERS = 3;
/** A candidate is added while the score falls by more than this share. */
const MIN_GAIN = 1e-4;

/**
 * Greedy forward selection (Caruana et al. 2004) without replacement. Starts from the best
 * candidates of the three best members. Then adds the candidate that lowers the score of the mean
 * most, while the score falls by more than a ten-thousandth and fewer than `maxSelected` are
 * selected. Equal scores are decided by the lowest index. Empty if there are no candidates.
 */
export function selectCandidates(candidates: readonly Candidate[], rows: ScoredRows, maxSelected: number): Selection {
  const mean = createMean(rows);
  const scores = candidates.map(({ values }) => mean.scoreWith(values));
  const best = bestOfMembers(candidates, scores);
  const picks = best
    .filter((index) => index !== null)
    .toSorted((a, b) => scores[a] - scores[b] || a - b)
    .slice(0, Math.min(STARTING_MEMBERS, maxSelected));
  for (const index of picks) mean.add(candidates[index].values);
  let score = mean.score();
  while (picks.length < maxSelected) {
    const next = bestAddition(candidates, picks, mean);
    if (next === null || !(next.score < score - MIN_GAIN * Math.abs(score))) break;
    picks.push(next.index);
    mean.add(candidates[next.index].values);
    score = next.score;
  }
  return { picks, score, best, scores };
}

function bestOfMembers(candidates: readonly Candidate[], scores: readonly number[]): (number | null)[] {
  const best: (number | null)[] = [];
  for (const [index, { member }] of candidates.entries()) {
    while (best.length <= member) best.push(null);
    const before = best[member];
    if (before === null || scores[index] < scores[before]) best[member] = index;
  }
  return best;
}

function bestAddition(candidates: readonly Candidate[], picks: readonly number[], mean: Mean) {
  const picked = new Set(picks);
  let best: { readonly index: number; readonly score: number } | null = null;
  for (const [index, { values }] of candidates.entries()) {
    if (picked.has(index)) continue;
    const score = mean.scoreWith(values);
    if (best === null || score < best.score) best = { index, score };
  }
  return best;
}

/** The mean of the values added so far. Its sums make each score one pass over the rows. */
interface Mean {
  add(values: Numbers): void;
  /** Of the mean with one more candidate. */
  scoreWith(values: Numbers): number;
  /** NaN without any candidate. */
  score(): number;
}

function createMean({ score, T, weights }: ScoredRows): Mean {
  const sums = new Float64Array(T.length);
  const means = new Float64Array(T.length);
  const totalWeight = weights === null ? T.length : Float64Array.from(weights).reduce((sum, weight) => sum + weight, 0);
  let count = 0;
  const scoreOfMeans = () => score.finish(score.total(means, T, weights) / totalWeight);
  return {
    add(values) {
      count += 1;
      for (let row = 0; row < sums.length; row++) sums[row] += values[row];
    },
    scoreWith(values) {
      for (let row = 0; row < sums.length; row++) means[row] = (sums[row] + values[row]) / (count + 1);
      return scoreOfMeans();
    },
    score() {
      for (let row = 0; row < sums.length; row++) means[row] = sums[row] / count;
      return scoreOfMeans();
    },
  };
}
