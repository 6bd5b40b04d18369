import { createGenerator } from '../../engine/random.ts';
import { isActive, type Point, type Space } from '../space/space.ts';
import type { CreateSampler, SpaceIssue } from './sampler.ts';

/** Past so many points a grid is no way to search. */
const MAX_GRID_POINTS = 100_000;

/**
 * Every point once, in an order that the seed mixes, so that a sweep that ends early has seen the whole range of each parameter. The space has
 * passed `gridMistakes`.
 */
export const createGrid: CreateSampler = (space, seed) => {
  const points = gridPoints(space);
  const order = Int32Array.from(points.keys());
  createGenerator(seed).shuffle(order);
  return (n) => (n < points.length ? points[order[n]] : null);
};

/** Why the space has no grid. */
export function gridIssues(space: Space): readonly SpaceIssue[] {
  const continua = space.filter(({ scale }) => scale.levels === null);
  if (continua.length > 0) {
    return continua.map(({ name }) => ({
      parameter: name,
      message: 'A grid has no end in a continuum: give a `step` or a choice of values, or search by `sobol`.',
    }));
  }
  if (gridSize(space) <= MAX_GRID_POINTS) return [];
  return [
    {
      parameter: null,
      message: `The grid has more than ${MAX_GRID_POINTS} points: name fewer values, or search by \`sobol\`.`,
    },
  ];
}

/** How many points the grid of a space without continua has; it stops counting when there are too many. */
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

/** Each point in turn, in the same array, from parameter i on. */
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
