/** Numbers of an arena, or a copy of some. */
export type Numbers = Float64Array | Float32Array;

/** A matrix as it leaves the engine: the notes' shape, row after row. */
export interface Matrix {
  readonly shape: readonly [rows: number, columns: number];
  readonly values: Numbers;
}

/** Copies a matrix (n, m) out of the arena, where it lies column after column. */
export function readMatrix(arena: Numbers, offset: number, n: number, m: number): Matrix {
  const values = arena instanceof Float64Array ? new Float64Array(n * m) : new Float32Array(n * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) values[j * m + i] = arena[offset + i * n + j];
  }
  return { shape: [n, m], values };
}

/** Copies a matrix (n, m) into the arena, the other way round. */
export function writeMatrix(arena: Numbers, offset: number, { shape: [n, m], values }: Matrix): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) arena[offset + i * n + j] = values[j * m + i];
  }
}
