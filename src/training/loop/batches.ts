/** The rows of an epoch's order that one step trains on. */
export interface Batch {
  readonly start: number;
  readonly rows: number;
}

/**
 * Divides an epoch into batches. A last one of fewer than `minRows` is left out; its rows come
 * earlier in the order of another epoch.
 */
export function batchesOf(rows: number, batchSize: number | 'full', minRows: number): Batch[] {
  const size = batchSize === 'full' ? rows : Math.min(batchSize, rows);
  const batches = Array.from({ length: Math.ceil(rows / size) }, (_, index) => ({
    start: index * size,
    rows: Math.min(size, rows - index * size),
  }));
  return batches.filter((batch) => batch.rows >= minRows);
}
