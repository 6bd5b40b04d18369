/** Numbers of an arena, or a copy of them. */
export type Numbers = Float64Array | Float32Array;

/** A matrix outside of the arena: the notes' shape, row by row. */
export interface Matrix {
  readonly shape: readonly [rows: number, columns: number];
  readonly values: Numbers;
}

/** Copies a matrix (n, m) from the arena, which stores it column by column. */
export function readMatrix(arena: Numbers, offset: number, n: number, m: number): Matrix {
  const values = arena instanceof Float64Array ? new Float64Array(n * m) : new Float32Array(n * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) values[j * m + i] = arena[offset + i * n + j];
  }
  return { shape: [n, m], values };
}

/** Copies a matrix (n, m) into the arena, which stores it column by column. */
export function writeMatrix(arena: Numbers, offset: number, { shape: [n, m], values }: Matrix): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) arena[offset + i * n + j] = values[j * m + i];
  }
}
