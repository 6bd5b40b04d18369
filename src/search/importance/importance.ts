import { createGenerator, type Generator } from '../../engine/random.ts';
import { lossesOf, type Objective } from '../objectives.ts';
import type { SpaceDefinition } from '../space/schema.ts';
import { compileSpace, type Parameters, type Point, pointOf, type Space } from '../space/space.ts';
import { growTree, type Leaf } from './tree.ts';

interface Trial {
  readonly parameters: Parameters;
  /** Null: none. The trial does not count. */
  readonly objective: number | null;
}

/** The importance of each parameter, as a share. */
export type Importances = Readonly<Record<string, number>>;

/** Fewer trials give no meaningful importance. */
export const MIN_TRIALS = 10;
const TREES = 32;
/** The number of coordinates at which a parameter with more values is evaluated. */
const MAX_COORDINATES = 100;
/**
 * Losses are capped this many interquartile ranges above the upper quartile (Tukey 1977, "far
 * out").
 */
const FAR_OUT = 3;

/**
 * The importance of each parameter for the objective: shares with sum 1, or null for too few
 * trials. All are 0 if all trials have the same loss.
 *
 * Functional ANOVA (Hutter, Hoos and Leyton-Brown 2014, "An efficient approach for assessing
 * hyperparameter importance"): a forest learns the loss. The importance of a parameter is the
 * variance of the predicted mean loss over its values. The forest is evaluated uniformly over the
 * whole space, so the sampler's preference for good regions does not bias the result. An inactive
 * parameter gets a random value, because it has no effect; so its importance is weighted by the
 * part of the space in which it is active.
 */
export function functionalAnova(
  definition: SpaceDefinition,
  objective: Objective,
  trials: readonly Trial[],
): Importances | null {
  const space = compileSpace(definition);
  const known = trials.flatMap(({ parameters, objective: value }) => {
    const [loss] = lossesOf([objective], value === null ? null : [value]);
    return Number.isFinite(loss) ? [{ point: pointOf(space, parameters), loss }] : [];
  });
  if (known.length < MIN_TRIALS) return null;
  const values = normalizeLosses(known.map(({ loss }) => loss));
  const points = known.map(({ point }) => point);
  const forest = Array.from({ length: TREES }, (_, tree) => {
    const generator = createGenerator(0, tree);
    return growTree({ points: points.map((point) => imputed(point, generator)), values }, generator);
  });
  const variances = space.map((_, index) => varianceOf(meansBy(space, index, forest)));
  const sum = variances.reduce((a, b) => a + b, 0);
  return Object.fromEntries(space.map(({ name }, index) => [name, sum > 0 ? variances[index] / sum : 0]));
}

/**
 * Scales losses to [0, 1] and caps outliers: a diverged training would hide the differences of all
 * others.
 */
function normalizeLosses(losses: readonly number[]): Float64Array {
  const sorted = losses.toSorted((a, b) => a - b);
  const [min, lower, upper, max] = [0, 0.25, 0.75, 1].map((share) => sorted[Math.round(share * (sorted.length - 1))]);
  const isSpread = upper > lower && Number.isFinite(upper - lower);
  const fence = isSpread ? Math.min(upper + FAR_OUT * (upper - lower), max) : max;
  // Halves, because the width can exceed the largest number.
  const width = fence / 2 - min / 2;
  return Float64Array.from(losses, (loss) => (width > 0 ? (Math.min(loss, fence) / 2 - min / 2) / width : 0));
}

/** The point with random coordinates for inactive parameters. */
function imputed(point: Point, generator: Generator): Float64Array {
  return point.map((coordinate) => (Number.isNaN(coordinate) ? generator.uniform() : coordinate));
}

/** The predicted mean loss at each coordinate of a parameter, over all values of the others. */
function meansBy(space: Space, index: number, forest: readonly (readonly Leaf[])[]): Float64Array {
  const coordinates = coordinatesOf(space, index);
  const means = new Float64Array(coordinates.length);
  for (const { low, high, value } of forest.flat()) {
    let others = 1;
    for (let i = 0; i < low.length; i++) if (i !== index) others *= high[i] - low[i];
    for (let k = 0; k < coordinates.length; k++) {
      if (coordinates[k] >= low[index] && coordinates[k] < high[index]) means[k] += (value * others) / forest.length;
    }
  }
  return means;
}

/** All coordinates of a parameter with few values, else evenly spaced ones. */
function coordinatesOf(space: Space, index: number): readonly number[] {
  const { levels, at } = space[index].scale;
  if (levels !== null && levels <= MAX_COORDINATES) return Array.from({ length: levels }, (_, level) => at(level));
  return Array.from({ length: MAX_COORDINATES }, (_, i) => (i + 0.5) / MAX_COORDINATES);
}

function varianceOf(numbers: Float64Array): number {
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
  return numbers.reduce((sum, each) => sum + (each - mean) ** 2, 0) / numbers.length;
}
