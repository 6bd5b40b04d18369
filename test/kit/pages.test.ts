import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstOf, idCursor, readWithin, toPage } from '../../src/kit/contract/pages.ts';
import { decodeCursor } from '../../src/kit/contract/wire.ts';

const BUDGET = 100;

interface Row {
  readonly id: string;
  readonly bytes: number;
}

/** A list of these rows after a cursor, and how many rows were read completely. */
function listOf(all: readonly Row[]) {
  const reads = { rows: 0 };
  const query = (after: string | null) => {
    const rest = all.slice(after === null ? 0 : all.findIndex(({ id }) => id === decodeCursor(after)) + 1);
    return {
      sizes: { limit: (most: number) => ({ execute: async () => rest.slice(0, most) }) },
      rows: {
        limit: (most: number) => ({
          async execute() {
            const rows = rest.slice(0, most);
            reads.rows += rows.length;
            return rows;
          },
        }),
      },
    };
  };
  const page = async (after: string | null, limit: number) =>
    toPage(await readWithin(query(after), limit, BUDGET), (row) => row, idCursor);
  return { reads, page };
}

const rows = fc
  .array(fc.nat({ max: 150 }), { maxLength: 30 })
  .map((sizes) => sizes.map((bytes, index) => ({ id: `x_${index}`, bytes })));

describe('the pages of a list', () => {
  it('have every item exactly once, within the limit and the budget, and read no other row', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 10 }), async (all, limit) => {
        const { page, reads } = listOf(all);
        const seen: Row[] = [];
        let after: string | null = null;
        do {
          const { items, next } = await page(after, limit);
          const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
          expect(items.length).toBeLessThanOrEqual(limit);
          if (items.length > 1) expect(bytes).toBeLessThanOrEqual(BUDGET);
          if (all.length > 0) expect(items.length).toBeGreaterThan(0);
          seen.push(...items);
          after = next;
        } while (after !== null);
        expect(seen).toEqual(all);
        expect(reads.rows).toBe(all.length);
      }),
    );
  });

  it('end early only when the next item exceeds the budget', async () => {
    const { page } = listOf([60, 40, 1].map((bytes, index) => ({ id: `x_${index}`, bytes })));
    expect((await page(null, 10)).items).toHaveLength(2);
  });
});

describe('the first of rows that are small', () => {
  it('are at most the limit, and more follow if one more was read', () => {
    expect(firstOf(['a', 'b'], 2)).toEqual({ rows: ['a', 'b'], hasMore: false });
    expect(firstOf(['a', 'b', 'c'], 2)).toEqual({ rows: ['a', 'b'], hasMore: true });
    expect(firstOf([], 2)).toEqual({ rows: [], hasMore: false });
  });
});
