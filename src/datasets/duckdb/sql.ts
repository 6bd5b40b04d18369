/**
 * Columns are called `c0`, `c1` and so on in SQL, because names are data of clients and DuckDB does
 * not distinguish `A` from `a`.
 */
export function columnId(index: number): string {
  return `c${index}`;
}

export function batches<Item>(items: readonly Item[], size: number): Item[][] {
  const result: Item[][] = [];
  for (let start = 0; start < items.length; start += size) result.push(items.slice(start, start + size));
  return result;
}
