import type { Generator } from '../../../engine/random.ts';
import { type Point, type Space, samePoint, settle } from '../../space/space.ts';
import { logImprovement } from '../normal.ts';
import { embed } from './kernel.ts';
import { minimizeInBox } from './minimize.ts';
import type { Posterior } from './posterior.ts';

/** What is searched: where the improvement over `best` is expected to be greatest. */
export interface Search {
  readonly space: Space;
  readonly posterior: Posterior;
  readonly best: number;
  readonly generator: Generator;
}

interface Candidate {
  /** All coordinates, of parameters that are not asked too. */
  readonly coordinates: Float64Array;
  readonly promise: number;
}

/** Local searches from the most promising candidates. */
const LOCAL_SEARCHES = 8;
const ITERATIONS = 30;
const ROUNDS = 3;
/** A parameter of so many levels or fewer is searched level by level, another as if it were a continuum. */
const FEW_LEVELS = 24;

/** The most promising point that was not asked before; an asked one where all are. */
export function propose(search: Search, starts: readonly Float64Array[], asked: readonly Point[]): Point {
  const candidates = starts.map((coordinates) => ({ coordinates, promise: promiseAt(search, coordinates) }));
  const sorted = candidates.toSorted(byPromise);
  const improved = sorted.slice(0, LOCAL_SEARCHES).map((candidate) => climb(search, candidate));
  const points = [...improved.toSorted(byPromise), ...sorted].map(({ coordinates }) =>
    settle(search.space, coordinates),
  );
  return points.find((point) => !asked.some((other) => samePoint(point, other))) ?? points[0];
}

function byPromise(a: Candidate, b: Candidate): number {
  return b.promise - a.promise;
}

/** The logarithm of the expected improvement at the point that the coordinates become. */
function promiseAt({ space, posterior, best }: Search, coordinates: Float64Array): number {
  const { mean, deviation } = posterior.expect(embed(space, settle(space, coordinates)));
  return Math.log(deviation) + logImprovement((best - mean) / deviation).log;
}

/** Up along the slope in the continua, then level by level in the others, until that changes nothing. */
function climb(search: Search, start: Candidate): Candidate {
  let current = start;
  for (let round = 0; round < ROUNDS; round++) {
    const along = climbSlope(search, current);
    const stepped = climbLevels(search, along);
    const isDone = stepped.promise <= along.promise;
    current = stepped;
    if (isDone) break;
  }
  return current;
}

function climbSlope(search: Search, start: Candidate): Candidate {
  const { space, posterior, best } = search;
  const point = settle(space, start.coordinates);
  const free = [...space.keys()].filter((i) => !Number.isNaN(point[i]) && !isByLevel(space, i));
  if (free.length === 0) return start;
  const x = embed(space, point);
  const meanSlopes = new Float64Array(space.length);
  const deviationSlopes = new Float64Array(space.length);
  const { x: found } = minimizeInBox(
    (coordinates, gradient) => {
      for (const [k, i] of free.entries()) x[i] = coordinates[k];
      const { mean, deviation } = posterior.expectWithSlopes(x, meanSlopes, deviationSlopes);
      const z = (best - mean) / deviation;
      const { log, slope } = logImprovement(z);
      for (const [k, i] of free.entries()) {
        gradient[k] = (slope * (meanSlopes[i] + z * deviationSlopes[i]) - deviationSlopes[i]) / deviation;
      }
      return -Math.log(deviation) - log;
    },
    Float64Array.from(free, (i) => start.coordinates[i]),
    new Float64Array(free.length),
    new Float64Array(free.length).fill(1),
    ITERATIONS,
  );
  const coordinates = start.coordinates.slice();
  for (const [k, i] of free.entries()) coordinates[i] = found[k];
  return better(start, { coordinates, promise: promiseAt(search, coordinates) });
}

function climbLevels(search: Search, start: Candidate): Candidate {
  let current = start;
  for (const i of search.space.keys()) {
    if (!isByLevel(search.space, i)) continue;
    for (const level of levelsToTry(search, i)) {
      const coordinates = current.coordinates.slice();
      coordinates[i] = search.space[i].scale.at(level);
      current = better(current, { coordinates, promise: promiseAt(search, coordinates) });
    }
  }
  return current;
}

function isByLevel(space: Space, i: number): boolean {
  const { levels, ordered } = space[i].scale;
  return levels !== null && (!ordered || levels <= FEW_LEVELS);
}

/** All of few levels, some of many. */
function levelsToTry({ space, generator }: Search, i: number): readonly number[] {
  const levels = space[i].scale.levels ?? 0;
  if (levels <= FEW_LEVELS) return Array.from({ length: levels }, (_, level) => level);
  return Array.from({ length: FEW_LEVELS }, () => generator.integer(levels));
}

function better(a: Candidate, b: Candidate): Candidate {
  return b.promise > a.promise ? b : a;
}
