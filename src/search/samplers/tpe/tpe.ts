import { createGenerator, type Generator } from '../../../engine/random.ts';
import { decode, isActive, type Point, type Space, samePoint } from '../../space/space.ts';
import type { CreateSampler, FinishedTrial, TrialHistory } from '../sampler.ts';
import { createSobol } from '../sobol.ts';
import { type Group, groupsOf } from './groups.ts';
import { createParzen, type Weighted } from './parzen.ts';

/** The number of first trials that cover the space evenly. */
const STARTUP = 10;
/** The number of draws from the good density; the most promising one is suggested. */
const CANDIDATES = 32;
/** The share of good trials (the "linear" split), and their maximum number. */
const GOOD_SHARE = 0.2;
const MAX_GOOD = 25;
/**
 * Limits the trials in the bad density to an evenly spaced sample, because each adds to the time of
 * a suggestion.
 */
const MAX_BAD = 400;
/** The minimum weight of a good trial, relative to the mean weight. */
const MIN_WEIGHT = 1e-3;
/**
 * Factors of Scott's bandwidth, which assumes one mode: good trials can have several modes, and a
 * bad trial contains little information about its surroundings. Tuned empirically.
 */
const GOOD_WIDTH = 0.7;
const BAD_WIDTH = 0.35;
/** Attempts to find a new point, first a promising one, then any. A small space may have none. */
const PROMISING_ATTEMPTS = 10;
const ANY_ATTEMPTS = 100;

/**
 * Tree-structured Parzen estimators: suggests points that are likely among good trials and unlikely
 * among the others (Bergstra et al. 2011), with multivariate kernels (Falkner et al. 2018, BOHB)
 * and the settings of Watanabe 2023, "Tree-structured Parzen estimator: understanding its algorithm
 * components and their roles for better empirical performance". Parameters with the same conditions
 * form a group, which learns from the trials in which it was active. Pending trials count as bad
 * (constant liar), so that parallel trials differ.
 */
export const createTpe: CreateSampler = (space, seed) => {
  const groups = groupsOf(space);
  const startup = createSobol(space, seed);
  return (n, known) => {
    if (known.finished.length < STARTUP) return startup(n, known);
    const generator = createGenerator(seed, n);
    const asked = [...known.finished.map(({ point }) => point), ...known.pending];
    const isNew = (point: Point) => !asked.some((other) => samePoint(point, other));
    let point = suggest(space, groups, known, generator);
    for (let attempt = 1; attempt < PROMISING_ATTEMPTS + ANY_ATTEMPTS && !isNew(point); attempt++) {
      point = attempt < PROMISING_ATTEMPTS ? suggest(space, groups, known, generator) : anyPoint(space, generator);
    }
    return point;
  };
};

function anyPoint(space: Space, { uniform }: Generator): Point {
  return decode(
    space,
    space.map(() => uniform()),
  );
}

/** Suggests group by group, because the first groups decide which others are active. */
function suggest(space: Space, groups: readonly Group[], known: TrialHistory, generator: Generator): Point {
  const point = new Float64Array(space.length).fill(Number.NaN);
  for (const group of groups) {
    if (isActive(space[group[0]], point)) suggestGroup(space, group, known, generator, point);
  }
  return point;
}

/** Writes the most promising candidate to the indices of the group. */
function suggestGroup(space: Space, group: Group, known: TrialHistory, generator: Generator, point: Point): void {
  const wasActive = (other: Point) => !Number.isNaN(other[group[0]]);
  const ranked = known.finished.filter((trial) => wasActive(trial.point)).toSorted((a, b) => compare(a.loss, b.loss));
  const goodCount = Math.min(Math.ceil(GOOD_SHARE * ranked.length), MAX_GOOD);
  const good = createParzen(space, group, weightByImprovement(ranked, goodCount), GOOD_WIDTH);
  const others = [
    ...subsample(ranked.slice(goodCount)).map((trial) => trial.point),
    ...known.pending.filter(wasActive),
  ];
  const bad = createParzen(
    space,
    group,
    others.map((other) => ({ point: other, weight: 1 })),
    BAD_WIDTH,
  );
  let best = Number.NEGATIVE_INFINITY;
  const candidate = point.slice();
  for (let i = 0; i < CANDIDATES; i++) {
    good.draw(generator, candidate);
    for (const index of group) candidate[index] = space[index].scale.snap(candidate[index]);
    const promise = good.logDensity(candidate) - bad.logDensity(candidate);
    if (promise <= best) continue;
    best = promise;
    for (const index of group) point[index] = candidate[index];
  }
}

/** An evenly spaced sample of the ranked trials. */
function subsample(ranked: readonly FinishedTrial[]): readonly FinishedTrial[] {
  const count = Math.min(ranked.length, MAX_BAD);
  return Array.from({ length: count }, (_, i) => ranked[Math.floor((i * ranked.length) / count)]);
}

/**
 * Weights the good trials by their improvement over the best of the others, with mean 1, so that
 * the density is that of the expected improvement (recommended by Watanabe 2023). Equal weights if
 * there is no finite improvement.
 */
function weightByImprovement(ranked: readonly FinishedTrial[], goodCount: number): readonly Weighted[] {
  const good = ranked.slice(0, goodCount);
  const threshold = ranked[Math.min(goodCount, ranked.length - 1)]?.loss ?? 0;
  const mean = good.reduce((sum, { loss }) => sum + (threshold - loss), 0) / goodCount;
  const isInformative = mean > 0 && Number.isFinite(mean);
  return good.map(({ point, loss }) => ({
    point,
    weight: isInformative ? Math.max((threshold - loss) / mean, MIN_WEIGHT) : 1,
  }));
}

/** Treats the infinite losses of failed trials as equal. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
