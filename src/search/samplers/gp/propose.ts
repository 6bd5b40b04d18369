import type { Generator } from '../../../engine/random.ts';
import { decode, type Point, type Space, samePoint } from '../../space/space.ts';
import { logImprovement } from '../normal.ts';
import { embed } from './kernel.ts';
import { minimizeInBox } from './minimize.ts';
import type { Posterior } from './posterior.ts';

/** A search for the point with the highest expected improvement over `best`. */
export interface AcquisitionSearch {
  readonly space: Space;
  readonly posterior: Posterior;
  readonly best: number;
  readonly generator: Generator;
}

interface Candidate {
  /** All coordinates, including those of inactive parameters. */
  readonly coordinates: Float64Array;
  readonly acquisition: number;
}

/** The number of candidates that a local search improves. */
const LOCAL_SEARCHES = 8;
const ITERATIONS = 30;
const ROUNDS = 3;
/**
 * A parameter with at most this many levels is searched level by level, others as if they were
 * continuous.
 */
const FEW_LEVELS = 24;

/** The most promising point that was not suggested before; a repeated one if all were. */
export function propose(search: AcquisitionSearch, starts: readonly Float64Array[], asked: readonly Point[]): Point {
  const candidates = starts.map((coordinates) => ({ coordinates, acquisition: acquisitionAt(search, coordinates) }));
  const sorted = candidates.toSorted(byAcquisition);
  const improved = sorted.slice(0, LOCAL_SEARCHES).map((candidate) => improve(search, candidate));
  const points = [...improved.toSorted(byAcquisition), ...sorted].map(({ coordinates }) =>
    decode(search.space, coordinates),
  );
  return points.find((point) => !asked.some((other) => samePoint(point, other))) ?? points[0];
}

function byAcquisition(a: Candidate, b: Candidate): number {
  return b.acquisition - a.acquisition;
}

/** The logarithm of the expected improvement at the decoded point. */
function acquisitionAt({ space, posterior, best }: AcquisitionSearch, coordinates: Float64Array): number {
  const { mean, deviation } = posterior.predict(embed(space, decode(space, coordinates)));
  return Math.log(deviation) + logImprovement((best - mean) / deviation).log;
}

/**
 * Alternates gradient ascent in continuous parameters and a search by level in the others, until
 * nothing improves.
 */
function improve(search: AcquisitionSearch, start: Candidate): Candidate {
  let current = start;
  for (let round = 0; round < ROUNDS; round++) {
    const along = improveContinuous(search, current);
    const stepped = improveLevels(search, along);
    const isDone = stepped.acquisition <= along.acquisition;
    current = stepped;
    if (isDone) break;
  }
  return current;
}

function improveContinuous(search: AcquisitionSearch, start: Candidate): Candidate {
  const { space, posterior, best } = search;
  const point = decode(space, start.coordinates);
  const free = [...space.keys()].filter((i) => !Number.isNaN(point[i]) && !isByLevel(space, i));
  if (free.length === 0) return start;
  const x = embed(space, point);
  const meanSlopes = new Float64Array(space.length);
  const deviationSlopes = new Float64Array(space.length);
  const { x: found } = minimizeInBox(
    (coordinates, gradient) => {
      for (const [k, i] of free.entries()) x[i] = coordinates[k];
      const { mean, deviation } = posterior.predictWithGradient(x, meanSlopes, deviationSlopes);
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
  return better(start, { coordinates, acquisition: acquisitionAt(search, coordinates) });
}

function improveLevels(search: AcquisitionSearch, start: Candidate): Candidate {
  let current = start;
  for (const i of search.space.keys()) {
    if (!isByLevel(search.space, i)) continue;
    for (const level of levelsToTry(search, i)) {
      const coordinates = current.coordinates.slice();
      coordinates[i] = search.space[i].scale.at(level);
      current = better(current, { coordinates, acquisition: acquisitionAt(search, coordinates) });
    }
  }
  return current;
}

function isByLevel(space: Space, i: number): boolean {
  const { levels, ordered } = space[i].scale;
  return levels !== null && (!ordered || levels <= FEW_LEVELS);
}

/** All levels, or a random sample of many. */
function levelsToTry({ space, generator }: AcquisitionSearch, i: number): readonly number[] {
  const levels = space[i].scale.levels ?? 0;
  if (levels <= FEW_LEVELS) return Array.from({ length: levels }, (_, level) => level);
  return Array.from({ length: FEW_LEVELS }, () => generator.integer(levels));
}

function better(a: Candidate, b: Candidate): Candidate {
  return b.acquisition > a.acquisition ? b : a;
}
