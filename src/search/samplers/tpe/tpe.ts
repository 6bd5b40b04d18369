import { createGenerator, type Generator } from '../../../engine/random.ts';
import { decode, isActive, type Point, type Space, samePoint } from '../../space/space.ts';
import type { CreateSampler, FinishedTrial, TrialHistory } from '../sampler.ts';
import { createSobol } from '../sobol.ts';
import { type Group, groupsOf } from './groups.ts';
import { createParzen, type Weighted } from './parzen.ts';

/** Trials that fill the space evenly before there is enough to learn from. */
const STARTUP = 10;
/** Draws from the good density, of which the most promising is taken. */
const CANDIDATES = 32;
/** The share of the trials that are good (the "linear" split), and the most of them. */
const GOOD_SHARE = 0.2;
const MAX_GOOD = 25;
/** The density of the others is taken of so many at most, which lie evenly among them: the time of a suggestion grows with each. */
const MAX_BAD = 400;
/** What the worst of the good ones weighs at least, by their mean. */
const MIN_WEIGHT = 1e-3;
/**
 * Of Scott's bandwidth, which is made for one hill: the good trials may lie on several, and a bad one says little of what is around it. Found by
 * trying.
 */
const GOOD_WIDTH = 0.7;
const BAD_WIDTH = 0.35;
/** Times that a point is looked for which was not asked before, first a promising one, then any: a small space may have none. */
const PROMISING_ATTEMPTS = 10;
const ANY_ATTEMPTS = 100;

/**
 * Tree-structured Parzen estimators: points that are likely among the good trials and unlikely among the others (Bergstra et al. 2011), with kernels
 * over all parameters of a group at once (Falkner et al. 2018, BOHB) and the settings of Watanabe 2023, "Tree-structured Parzen estimator:
 * understanding its algorithm components and their roles for better empirical performance". Parameters with the same conditions are a group that
 * learns from the trials which had it. Pending trials count among the bad (constant liar), so that parallel trials keep apart.
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

/** Group by group, as the first decide which others are asked. */
function suggest(space: Space, groups: readonly Group[], known: TrialHistory, generator: Generator): Point {
  const point = new Float64Array(space.length).fill(Number.NaN);
  for (const group of groups) {
    if (isActive(space[group[0]], point)) suggestGroup(space, group, known, generator, point);
  }
  return point;
}

/** Puts the most promising of the candidates into the places of the group. */
function suggestGroup(space: Space, group: Group, known: TrialHistory, generator: Generator, point: Point): void {
  const had = (other: Point) => !Number.isNaN(other[group[0]]);
  const ranked = known.finished.filter((trial) => had(trial.point)).toSorted((a, b) => compare(a.loss, b.loss));
  const goodCount = Math.min(Math.ceil(GOOD_SHARE * ranked.length), MAX_GOOD);
  const good = createParzen(space, group, weightByImprovement(ranked, goodCount), GOOD_WIDTH);
  const others = [...subsample(ranked.slice(goodCount)).map((trial) => trial.point), ...known.pending.filter(had)];
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

/** Every so many-th of the ranked trials. */
function subsample(ranked: readonly FinishedTrial[]): readonly FinishedTrial[] {
  const count = Math.min(ranked.length, MAX_BAD);
  return Array.from({ length: count }, (_, i) => ranked[Math.floor((i * ranked.length) / count)]);
}

/**
 * The good ones, each weighing as much as it is better than the first of the others, 1 in the mean: the density is then that of the improvement
 * expected (the weights that Watanabe 2023 recommends). All alike where there is no telling.
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

/** Failed trials, of infinite loss, are alike. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
