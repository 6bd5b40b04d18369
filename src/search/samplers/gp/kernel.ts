import type { Point, Space } from '../../space/space.ts';

/**
 * The prior of the Gaussian process: Matérn 5/2, variance · (1 + √5 r + 5/3 r²) e^(-√5 r), with r²
 * = Σ weights[i] · (distance in coordinate i)². A weight is 1 / lengthscale². The distance of two
 * choices is 0 or 1.
 */
export interface Hyperparameters {
  readonly weights: Float64Array;
  readonly variance: number;
  /** The variance of the noise of each observation. */
  readonly noise: number;
}

/** The kernel without its variance, and its derivative by r². */
interface Matern {
  readonly value: number;
  readonly slope: number;
}

export function matern(squaredDistance: number): Matern {
  const scaled = Math.sqrt(5 * squaredDistance);
  const decay = Math.exp(-scaled);
  return { value: (1 + scaled + (5 / 3) * squaredDistance) * decay, slope: (-5 / 6) * (1 + scaled) * decay };
}

/** The coordinate of an inactive parameter: the middle; of a choice, a value of its own. */
const INACTIVE = 0.5;
const INACTIVE_CHOICE = -1;

/** The point with coordinates instead of NaN, for distances. */
export function embed(space: Space, point: Point): Float64Array {
  return point.map((coordinate, i) => {
    if (!Number.isNaN(coordinate)) return coordinate;
    return space[i].scale.ordered ? INACTIVE : INACTIVE_CHOICE;
  });
}

/** (distance in coordinate i)² of two embedded points. */
export function squaredDifference(ordered: boolean, a: number, b: number): number {
  if (ordered) return (a - b) ** 2;
  return a === b ? 0 : 1;
}
