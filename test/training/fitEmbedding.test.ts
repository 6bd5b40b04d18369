import { describe, expect, it } from 'vitest';
import type { Column } from '../../src/formats/table.ts';
import { fitEmbedding } from '../../src/training/fitEmbedding.ts';
import { prepare } from '../../src/training/prepare.ts';
import { numbers, tableOf, words } from '../features/columns.ts';
import { specFor } from './profile.ts';

const ROWS = 1000;
const rows = Array.from({ length: ROWS }, (_, row) => row);
const target = words(
  'kind',
  rows.map((row) => (row % 2 === 0 ? 'even' : 'odd')),
);
const SPLIT = { method: 'ordered', validation: 0.1, test: 0.1 } as const;

function embed(columns: readonly Column[], bins: number) {
  const table = tableOf(...columns, target);
  const network = { embedding: { type: 'piecewiseLinear', width: 4, bins } } as const;
  const spec = specFor(table, { target: 'kind', split: SPLIT, network, features: { scaling: 'none' } });
  return fitEmbedding(spec.network.embedding, prepare(table, spec));
}

describe('the fitted embedding', () => {
  it('reads the scaled numbers, and has edges at the quantiles of the training rows', () => {
    const found = embed(
      [
        words(
          'town',
          rows.map((row) => ['a', 'b', 'c'][row % 3]),
        ),
        // 200 of the 800 training rows are missing: an input marks them.
        numbers(
          'x',
          rows.map((row) => (row % 4 === 3 ? Number.NaN : row)),
        ),
        numbers(
          'y',
          rows.map((row) => row / 10),
        ),
      ],
      4,
    );
    expect(found).toMatchObject({ type: 'piecewiseLinear', columns: [0, 2], width: 4 });
    if (found?.type !== 'piecewiseLinear') throw new Error('another type');
    expect(found.edges[1]).toHaveLength(5);
    found.edges[1].forEach((edge, at) => {
      expect(edge).toBeCloseTo(20 * at - at / 40, 0);
    });
  });

  it.each([1, 2, 3, 10])('has at most %i bins, also where a value is frequent', (bins) => {
    const frequent = numbers(
      'x',
      rows.map((row) => (row % 3 === 0 ? row : 400)),
    );
    const found = embed([frequent], bins);
    if (found?.type !== 'piecewiseLinear') throw new Error('another type');
    expect(found.edges[0].length).toBeGreaterThan(1);
    expect(found.edges[0].length).toBeLessThanOrEqual(bins + 1);
    expect(found.edges[0].toSorted((a, b) => a - b)).toEqual(found.edges[0]);
  });

  it.each([0, 5, 1e30])('has one bin for a column that is %f or missing', (value) => {
    const constant = numbers(
      'x',
      rows.map((row) => (row % 3 === 0 ? value : Number.NaN)),
    );
    const found = embed([constant], 8);
    if (found?.type !== 'piecewiseLinear') throw new Error('another type');
    const [from, to] = found.edges[0];
    expect(found.edges[0]).toHaveLength(2);
    expect(from).toBe(Math.fround(value));
    expect(to).toBeGreaterThan(from);
  });

  it('is rejected when every number column is constant in the training rows', () => {
    const constant = numbers(
      'x',
      rows.map((row) => (row < 900 ? 1 : row)),
    );
    const other = words(
      'town',
      rows.map((row) => ['a', 'b', 'c'][row % 3]),
    );
    expect(() => embed([constant, other], 4)).toThrow(
      expect.objectContaining({
        code: 'invalid_spec',
        errors: [expect.objectContaining({ path: '/network/embedding' })],
      }),
    );
  });
});
