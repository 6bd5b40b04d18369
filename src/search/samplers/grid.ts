import { createGenerator } from '../../engine/random.ts';
import { isActive, type Point, type Space } from '../space/space.ts';
import type { CreateSampler, SpaceIssue } from './sampler.ts';

/** A larger grid takes too much memory and is not a useful search. */
const MAX_GRID_POINTS = 100_000;

/**
 * Every point once, in an order that the seed shuffles, so that a sweep that ends early covers the
 * whole range of each parameter. Requires that `gridIssues` finds no issue.
 */
export const createGrid: CreateSampler = (space, seed) => {
  const points = gridPoints(space);
  const order = Int32Array.from(points.keys());
  createGenerator(seed).shuffle(order);
  return (n) => (n < points.length ? points[order[n]] : null);
};

/** The reasons why the space has no grid. */
export function gridIssues(space: Space): readonly SpaceIssue[] {
  const continua = space.filter(({ scale }) => scale.levels === null);
  if (continua.length > 0) {
    return continua.map(({ name }) => ({
      parameter: name,
      message: 'A grid needs a finite number of values. Add a `step`, use a `choice`, or use the algorithm `sobol`.',
    }));
  }
  if (gridSize(space) <= MAX_GRID_POINTS) return [];
  return [
    {
      parameter: null,
      message: `The grid has more than ${MAX_GRID_POINTS} points. Use fewer values, or use the algorithm \`sobol\`.`,
    },
  ];
}

/**
 * The number of points of the grid of a space with finite parameters. Stops counting above the
 * limit.
 */
export function gridSize(space: Space): number {
  let points = 0;
  for (const _ of walk(space, 0, inactivePoint(space))) {
    points += 1;
    if (points > MAX_GRID_POINTS) break;
  }
  return points;
}

function gridPoints(space: Space): readonly Point[] {
  return Array.from(walk(space, 0, inactivePoint(space)), (point) => point.slice());
}

function inactivePoint(space: Space): Point {
  return new Float64Array(space.length).fill(Number.NaN);
}

/** Yields every point from parameter i on. Reuses the array `point`. */
function* walk(space: Space, i: number, point: Point): Generator<Point> {
  if (i === space.length) {
    yield point;
    return;
  }
  point[i] = Number.NaN;
  if (!isActive(space[i], point)) {
    yield* walk(space, i + 1, point);
    return;
  }
  const { levels, at } = space[i].scale;
  for (let level = 0; level < (levels ?? 0); level++) {
    point[i] = at(level);
    yield* walk(space, i + 1, point);
  }
}
