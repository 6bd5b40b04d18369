import { describe, expect, it } from 'vitest';
import { numbers, tableOf, words } from '../../features/columns.ts';
import { cauchyTarget, ROBUSTNESS_CASES } from './cases.ts';
import { scoreCase } from './score.ts';
import { predictMean, trainFast } from './trainEnsemble.ts';

describe('effort fast, relative to the best possible score', () => {
  it.each(ROBUSTNESS_CASES.map((each) => ({ ...each, case: each })))('reaches $limit with $name', (given) => {
    const { ours } = scoreCase(given.case, given.rows, 1);
    expect(ours).toBeGreaterThanOrEqual(1);
    expect(ours).toBeLessThan(given.limit);
  });
});

describe('effort fast', () => {
  it('recommends another loss for Cauchy noise, which the loss mse cannot average', () => {
    const outcome = trainFast(cauchyTarget(2000, 2).table, {});
    expect(outcome.warnings.map(({ code }) => code)).toEqual(['target_outliers']);
    const fresh = cauchyTarget(2000, 3);
    const errors = predictMean(outcome, fresh.table).map((value, row) => Math.abs(value - fresh.truth[row]));
    expect(errors.every(Number.isFinite)).toBe(true);
    // That of a constant is 1.35.
    expect(errors.toSorted()[errors.length / 2]).toBeLessThan(2);
  });

  it('learns the other classes if one has a single row', () => {
    const rows = Array.from({ length: 60 }, (_, row) => row);
    const labels = rows.map((row) => (row === 7 ? 'other' : row % 2 === 0 ? 'even' : 'odd'));
    const table = tableOf(
      numbers(
        'x',
        rows.map((row) => (row % 2) + Math.sin(row) / 4),
      ),
      words('y', labels),
    );
    const { metrics, warnings } = trainFast(table, {});
    expect(warnings.map(({ code }) => code)).toEqual(['single_row_classes']);
    expect(metrics.test).toMatchObject({ accuracy: expect.toSatisfy((accuracy) => accuracy > 0.9) });
    expect(metrics.test?.loss).toBeLessThan(Math.log(2));
  });
});
