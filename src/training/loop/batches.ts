/** Rows of an epoch's order that one step trains on. */
export interface Batch {
  readonly start: number;
  readonly rows: number;
}

/**
 * Cuts an epoch into batches; a last one of fewer than `fewestRows` is left out, its rows come in
 * another epoch's order.
 */
export function batchesOf(rows: number, batchSize: number | 'full', minRows: number): Batch[] {
  const size = batchSize === 'full' ? rows : Math.min(batchSize, rows);
  const batches = Array.from({ length: Math.ceil(rows / size) }, (_, index) => ({
    start: index * size,
    rows: Math.min(size, rows - index * size),
  }));
  return batches.filter((batch) => batch.rows >= minRows);
}
