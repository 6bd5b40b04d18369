/** Pages of lists, limited by the number of their items and by their bytes. */
import { encodeCursor, type Page } from './wire.ts';

/**
 * The budget of one page: it ends early, with `next`, if its items have more bytes. It has at least
 * one item.
 */
export const PAGE_BYTES = 4 * 2 ** 20;

/** Rows of a list in its order, and whether more rows follow. */
export interface Slice<Row> {
  readonly rows: readonly Row[];
  readonly hasMore: boolean;
}

/** A query without a limit, such as Kysely builds. */
interface Query<Row> {
  limit(count: number): { execute(): Promise<readonly Row[]> };
}

/** The same rows in the order of a list, twice. */
export interface ListQuery<Row> {
  /** The bytes of each item, without the texts themselves (see `textBytes`). */
  readonly sizes: Query<{ readonly bytes: number }>;
  readonly rows: Query<Row>;
}

/** The first `limit` of up to `limit + 1` rows. Only for rows that their schema keeps small. */
export function firstOf<Row>(rows: readonly Row[], limit: number): Slice<Row> {
  return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
}

/**
 * Reads at most `limit` rows whose total size is within the budget, but at least one. Other rows
 * are not read.
 */
export async function readWithin<Row>(
  { sizes, rows }: ListQuery<Row>,
  limit: number,
  budget = PAGE_BYTES,
): Promise<Slice<Row>> {
  const candidates = await sizes.limit(limit + 1).execute();
  if (candidates.length === 0) return { rows: [], hasMore: false };
  const count = Math.min(limit, countWithin(candidates, budget));
  return { rows: await rows.limit(count).execute(), hasMore: candidates.length > count };
}

/** A page of items, one for each row. The next page starts at `cursorOf` the last row. */
export function toPage<Row, Item>(
  { rows, hasMore }: Slice<Row>,
  toItem: (row: Row) => Item,
  cursorOf: (last: Row) => string,
): Page<Item> {
  const last = rows.at(-1);
  return { items: rows.map(toItem), next: hasMore && last !== undefined ? cursorOf(last) : null };
}

/** The cursor of lists that are ordered by id. */
export function idCursor({ id }: { readonly id: string }): string {
  return encodeCursor(id);
}

/** How many of the rows fit into the budget, from the first; at least one. */
function countWithin(candidates: readonly { readonly bytes: number }[], budget: number): number {
  let bytes = 0;
  const tooMany = candidates.findIndex((candidate) => {
    bytes += candidate.bytes;
    return bytes > budget;
  });
  return tooMany === -1 ? candidates.length : Math.max(1, tooMany);
}
