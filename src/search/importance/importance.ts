import { createGenerator, type Generator } from '../../engine/random.ts';
import { lossesOf, type Objective } from '../objectives.ts';
import type { SpaceDefinition } from '../space/schema.ts';
import { compileSpace, type Parameters, type Point, pointOf, type Space } from '../space/space.ts';
import { growTree, type Leaf } from './tree.ts';

interface Trial {
  readonly parameters: Parameters;
  /** Null: it has none, and does not count. */
  readonly objective: number | null;
}

/** A share for each parameter. */
export type Importances = Readonly<Record<string, number>>;

/** With fewer trials there is no telling. */
export const MIN_TRIALS = 10;
const TREES = 32;
/** Where the mean by a parameter is taken, if it has more values. */
const MAX_COORDINATES = 100;
/** Quartile distances above the upper quartile that a loss counts at most: farther out is "far out" (Tukey 1977, "Exploratory data analysis"). */
const FAR_OUT = 3;

/**
 * How much each parameter matters for the objective: shares that sum to 1, or null where there are too few trials. All are 0 where all trials came
 * to the same.
 *
 * Functional ANOVA (Hutter, Hoos and Leyton-Brown 2014, "An efficient approach for assessing hyperparameter importance"): a forest learns the loss,
 * and a parameter matters as much as its mean loss, over all that the others may be, varies. The forest is asked evenly over the whole space, so it
 * does not mislead that a sampler tried mostly what was good; a comparison of the densities of good trials and all would see no difference there.
 * A parameter that was not asked has any value there, as it makes no difference: so it counts for as much of the space as it is asked in.
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

/** Losses from 0 to 1, those that are far out no worse than the fence: a training that blows up would hide all the others. */
function normalizeLosses(losses: readonly number[]): Float64Array {
  const sorted = losses.toSorted((a, b) => a - b);
  const [min, lower, upper, max] = [0, 0.25, 0.75, 1].map((share) => sorted[Math.round(share * (sorted.length - 1))]);
  const isSpread = upper > lower && Number.isFinite(upper - lower);
  const fence = isSpread ? Math.min(upper + FAR_OUT * (upper - lower), max) : max;
  // Halves, as the width may be more than the greatest number.
  const width = fence / 2 - min / 2;
  return Float64Array.from(losses, (loss) => (width > 0 ? (Math.min(loss, fence) / 2 - min / 2) / width : 0));
}

/** The point with any coordinates where a parameter is not asked. */
function imputed(point: Point, generator: Generator): Float64Array {
  return point.map((coordinate) => (Number.isNaN(coordinate) ? generator.uniform() : coordinate));
}

/** What the forest expects at each place of a parameter, in the mean over all others. */
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

/** The coordinates of few values, or some that lie evenly. */
function coordinatesOf(space: Space, index: number): readonly number[] {
  const { levels, at } = space[index].scale;
  if (levels !== null && levels <= MAX_COORDINATES) return Array.from({ length: levels }, (_, level) => at(level));
  return Array.from({ length: MAX_COORDINATES }, (_, i) => (i + 0.5) / MAX_COORDINATES);
}

function varianceOf(numbers: Float64Array): number {
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
  return numbers.reduce((sum, each) => sum + (each - mean) ** 2, 0) / numbers.length;
}
