import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Score, scoreOf } from '../../../src/training/ensemble/score.ts';
import { type Candidate, type ScoredRows, selectCandidates } from '../../../src/training/ensemble/selection.ts';

const RMSE = scoreOf({ type: 'mse' }, { kind: 'number', column: 'y', mean: 0, deviation: 1 });
const LOG_LOSS = scoreOf(
  { type: 'crossEntropy', labelSmoothing: 0 },
  { kind: 'classes', column: 'y', classes: ['a', 'b'] },
);

/** The score of the mean of some candidates, computed anew. */
function scoreOfMean(picks: readonly number[], candidates: readonly Candidate[], { score, T, weights }: ScoredRows) {
  const means = Float64Array.from(
    T,
    (_, row) => picks.reduce((sum, pick) => sum + candidates[pick].values[row], 0) / picks.length,
  );
  const total = weights === null ? T.length : Float64Array.from(weights).reduce((sum, weight) => sum + weight, 0);
  return score.finish(score.total(means, T, weights) / total);
}

/** The same selection without sums: each score from its definition. */
function bruteForce(candidates: readonly Candidate[], rows: ScoredRows, maxSelected: number): number[] {
  const alone = candidates.map((_, index) => scoreOfMean([index], candidates, rows));
  const all = candidates.map((_, index) => index);
  const better = (a: number, b: number) => alone[a] - alone[b] || a - b;
  const members = [...new Set(candidates.map(({ member }) => member))];
  const bests = members.map((member) => all.filter((index) => candidates[index].member === member).toSorted(better)[0]);
  const picks = bests.toSorted(better).slice(0, Math.min(3, maxSelected));
  while (picks.length < maxSelected) {
    const rest = all.filter((index) => !picks.includes(index));
    const scored = rest.map((index) => ({ index, score: scoreOfMean([...picks, index], candidates, rows) }));
    const [next] = scored.toSorted((a, b) => a.score - b.score || a.index - b.index);
    const now = scoreOfMean(picks, candidates, rows);
    if (next === undefined || !(next.score < now - 1e-4 * Math.abs(now))) break;
    picks.push(next.index);
  }
  return picks;
}

const ROWS = 6;
const value = fc.integer({ min: 1, max: 99 }).map((percent) => percent / 100);
const column = fc.array(value, { minLength: ROWS, maxLength: ROWS }).map((values) => Float64Array.from(values));
const candidates = fc.array(
  fc.record({ member: fc.integer({ min: 0, max: 4 }), epoch: fc.integer({ min: 2, max: 9 }), values: column }),
  { minLength: 1, maxLength: 12 },
);
const scoredRows = fc.record({
  score: fc.constantFrom(RMSE, LOG_LOSS),
  T: column,
  weights: fc.option(column),
});
const maxSelected = fc.integer({ min: 1, max: 8 });

describe('the selection', () => {
  it('equals a search that computes every score from its definition', () => {
    fc.assert(
      fc.property(candidates, scoredRows, maxSelected, (some, rows, max) => {
        const { picks, score } = selectCandidates(some, rows, max);
        expect(picks).toEqual(bruteForce(some, rows, max));
        expect(score).toBeCloseTo(scoreOfMean(picks, some, rows), 10);
      }),
    );
  });

  it('selects no candidate twice, at most as many as allowed, and at least one', () => {
    fc.assert(
      fc.property(candidates, scoredRows, maxSelected, (some, rows, max) => {
        const { picks } = selectCandidates(some, rows, max);
        expect(new Set(picks).size).toBe(picks.length);
        expect(picks.length).toBeGreaterThanOrEqual(1);
        expect(picks.length).toBeLessThanOrEqual(max);
      }),
    );
  });

  it('depends on ratios of weights only, and ignores rows without weight', () => {
    fc.assert(
      fc.property(candidates, column, maxSelected, (some, T, max) => {
        const even = selectCandidates(some, { score: RMSE, T, weights: Float64Array.from(T, () => 4) }, max);
        expect(even.picks).toEqual(selectCandidates(some, { score: RMSE, T, weights: null }, max).picks);
        const spoiled = some.map((candidate) => ({ ...candidate, values: candidate.values.with(0, 1e6) }));
        const weights = Float64Array.from(T, (_, row) => (row === 0 ? 0 : 1));
        const { picks } = selectCandidates(spoiled, { score: RMSE, T, weights }, max);
        expect(picks).toEqual(selectCandidates(some, { score: RMSE, T, weights }, max).picks);
      }),
    );
  });

  it('starts from the best epochs of the three best members', () => {
    const T = new Float64Array([0, 0]);
    const errors = [0.5, 0.1, 0.2, 0.4, 0.3];
    const members = [0, 0, 1, 2, 3];
    const some = errors.map((error, i) => ({
      member: members[i],
      epoch: 2 + i,
      values: new Float64Array([error, error]),
    }));
    const { picks, best, scores } = selectCandidates(some, { score: RMSE, T, weights: null }, 3);
    expect(picks).toEqual([1, 2, 4]);
    expect(best).toEqual([1, 2, 3, 4]);
    expect(scores.map((score) => Number(score.toFixed(6)))).toEqual(errors);
  });

  it('adds the snapshot that corrects the mean and then stops', () => {
    const T = new Float64Array([0, 0]);
    const valuesOf = [
      [0.2, 0],
      [0, 0.2],
      [0.2, 0.2],
      [-0.4, -0.4],
      [-0.4, -0.4],
    ];
    const some = valuesOf.map((values, i) => ({
      member: Math.min(i, 2),
      epoch: 2 + i,
      values: new Float64Array(values),
    }));
    const { picks, score } = selectCandidates(some, { score: RMSE, T, weights: null }, 16);
    // Of two equal snapshots, the first one.
    expect(picks).toEqual([0, 1, 2, 3]);
    expect(score).toBeCloseTo(0, 12);
  });

  it('decides equal scores by the lowest index', () => {
    const same = { epoch: 2, values: new Float64Array([0.5]) };
    const some = [3, 2, 1, 0].map((member) => ({ ...same, member }));
    expect(selectCandidates(some, { score: RMSE, T: new Float64Array([1]), weights: null }, 2).picks).toEqual([0, 1]);
  });

  it('selects nothing from nothing', () => {
    const nothing = selectCandidates([], { score: RMSE, T: new Float64Array([1]), weights: null }, 16);
    expect(nothing).toMatchObject({ picks: [], best: [], scores: [] });
  });

  it('scores each candidate once for each selected one', () => {
    let scored = 0;
    const counting: Score = {
      ...RMSE,
      total(...rows) {
        scored += 1;
        return RMSE.total(...rows);
      },
    };
    const T = new Float64Array(50);
    const some = Array.from({ length: 64 }, (_, i) => ({
      member: i % 8,
      epoch: 2,
      values: Float64Array.from(T, (_t, row) => Math.sin(i * 13.7 + row)),
    }));
    const { picks } = selectCandidates(some, { score: counting, T, weights: null }, 16);
    expect(scored).toBeLessThanOrEqual(some.length * (picks.length + 1) + 1);
  });
});
