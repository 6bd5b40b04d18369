/** Units from the inputs to the classes, and the rows of a mini-batch. */
export const SHAPES = [
  { shape: [14, 32, 16, 2], batch: 32 },
  { shape: [108, 256, 256, 2], batch: 256 },
  { shape: [784, 512, 256, 10], batch: 128 },
  { shape: [1024, 2048, 2048, 16], batch: 1024 },
] as const;
export type Shape = (typeof SHAPES)[number];

export const SETTINGS = {
  /** Steps are timed in rounds of at least this duration, after a warm-up round. */
  roundMs: 200,
  rounds: 15,
  /** Number of batches that the steps use in turn. */
  loadedBatches: 8,
} as const;

/**
 * Floating-point operations of the products of one step: forward, for the weights, and (except for
 * the first layer) for the inputs.
 */
export function operations({ shape, batch }: Shape): number {
  const products = shape.slice(1).map((units, i) => units * shape[i] * (i === 0 ? 2 : 3));
  return 2 * batch * products.reduce((sum, product) => sum + product, 0);
}
