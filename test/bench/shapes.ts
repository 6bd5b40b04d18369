import { learnedParameters, type NetworkSpec } from '../../src/engine/network/spec.ts';
import { updateCostOf } from '../../src/engine/optimizers/hiddenWeights.ts';
import { createOptimizer } from '../../src/engine/optimizers/optimizers.ts';

/** Units from the inputs to the classes, and the rows of a mini-batch. */
export const SHAPES = [
  { shape: [14, 32, 16, 2], batch: 32 },
  { shape: [108, 256, 256, 2], batch: 256 },
  { shape: [784, 512, 256, 10], batch: 128 },
  { shape: [1024, 2048, 2048, 16], batch: 1024 },
] as const;

export interface Shape {
  readonly shape: readonly number[];
  readonly batch: number;
  /** Default: adam. */
  readonly optimizer?: 'adam' | 'adamw' | 'muon';
}

/** Networks whose update is a large part of the step with muon. */
const UPDATE_SHAPES: readonly Shape[] = [128, 256, 384].flatMap((width) =>
  (['adamw', 'muon'] as const).map((optimizer) => ({ shape: [width, width, width, width, 2], batch: 256, optimizer })),
);

/** Every step that is timed. */
export const STEP_SHAPES: readonly Shape[] = [...SHAPES, ...UPDATE_SHAPES];

export const SETTINGS = {
  /** Steps are timed in rounds of at least this duration, after a warm-up round. */
  roundMs: 200,
  rounds: 15,
  /** Number of batches that the steps use in turn. */
  loadedBatches: 8,
} as const;

/**
 * Floating-point operations of the products of one step: forward, for the weights, (except for the
 * first layer) for the inputs, and of muon's updates.
 */
export function operations({ shape, batch, optimizer = 'adam' }: Shape): number {
  const products = shape.slice(1).map((units, i) => units * shape[i] * (i === 0 ? 2 : 3));
  const ofPasses = batch * products.reduce((sum, product) => sum + product, 0);
  const { multiplyAdds } = updateCostOf(createOptimizer({ type: optimizer }), learnedParameters(networkOf(shape)));
  return 2 * (ofPasses + multiplyAdds);
}

/** ReLU layers from the inputs to linear outputs. */
export function networkOf([inputs, ...units]: readonly number[]): NetworkSpec {
  const last = units.length - 1;
  return { inputs, layers: units.map((count, i) => ({ units: count, activation: i === last ? 'linear' : 'relu' })) };
}
