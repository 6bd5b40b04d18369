import { createGenerator, type Generator } from '../../../engine/random.ts';
import type { Point, Space } from '../../space/space.ts';
import type { CreateSampler, FinishedTrial } from '../sampler.ts';
import { createSobol, createSobolSequence } from '../sobol.ts';
import { fitHyperparameters, type Observations } from './fit.ts';
import { embed } from './kernel.ts';
import { createPosterior } from './posterior.ts';
import { propose } from './propose.ts';

/** Trials that fill the space evenly before there is enough to learn from. */
const STARTUP = 10;
/** Points all over the space from which the search for the next starts, and points around the best trials. */
const EVEN_STARTS = 512;
const BEST_TRIALS = 4;
const NEAR_STARTS = 8;
/** How far around, as a share of the range: some near, some nearer. */
const NEARNESS = [0.1, 0.01, 0.001];
/** How far above the median a loss counts, by what the best lies below it: a training that blows up would hide all the others. */
const FAR = 2;
/** The time of a suggestion grows with the cube of the trials that it looks at. */
const MAX_OBSERVED = 80;

/**
 * Bayesian optimization: a Gaussian process with a length scale for each parameter is fitted to the losses, and the point of the greatest expected
 * improvement is asked (Jones et al. 1998; the logarithm of it, Ament et al. 2023). Pending trials count as if they had brought what is expected
 * of them (the Kriging believer of Ginsbourger et al. 2010). For spaces of some ten parameters.
 */
export const createGp: CreateSampler = (space, seed) => {
  const startup = createSobol(space, seed);
  return (n, known) => {
    if (known.finished.length < STARTUP) return startup(n, known);
    const generator = createGenerator(seed, n);
    const observed = selectInformative(known.finished);
    const observations = standardize(space, observed);
    const hyperparameters = fitHyperparameters(observations);
    const posterior = createPosterior(
      addPendingMeans(space, observations, known.pending, hyperparameters),
      hyperparameters,
    );
    const best = observations.losses.reduce((a, b) => Math.min(a, b));
    const asked = [...known.finished.map(({ point }) => point), ...known.pending];
    return propose({ space, posterior, best, generator }, startsOf(space, observed, generator), asked);
  };
};

/** All trials, or of many the best half and the latest of the others. */
function selectInformative(finished: readonly FinishedTrial[]): readonly FinishedTrial[] {
  if (finished.length <= MAX_OBSERVED) return finished;
  const ranked = finished.toSorted((a, b) => (a.loss === b.loss ? 0 : a.loss - b.loss));
  const best = new Set(ranked.slice(0, MAX_OBSERVED / 2));
  const latest = finished.filter((trial) => !best.has(trial)).slice(-MAX_OBSERVED / 2);
  return [...best, ...latest];
}

/** Losses of mean 0 and variance 1, the worst of them cut off, which tell nothing of where the best are. */
function standardize(space: Space, finished: readonly FinishedTrial[]): Observations {
  const cap = capOf(finished.map(({ loss }) => loss));
  const losses = Float64Array.from(finished, ({ loss }) => Math.min(loss, cap));
  const mean = losses.reduce((a, b) => a + b / losses.length, 0);
  const deviation = Math.hypot(...losses.map((loss) => (loss - mean) / Math.sqrt(losses.length))) || 1;
  return {
    ordered: space.map(({ scale }) => scale.ordered),
    points: finished.map(({ point }) => embed(space, point)),
    losses: losses.map((loss) => (loss - mean) / deviation),
  };
}

/** The loss that no worse one counts more than, one of a failed trial neither: some way above the median, or the worst that there is. */
function capOf(losses: readonly number[]): number {
  const sorted = losses.filter(Number.isFinite).toSorted((a, b) => a - b);
  if (sorted.length === 0) return 0;
  const median = sorted[Math.floor(sorted.length / 2)];
  const [best, worst] = [sorted[0], sorted[sorted.length - 1]];
  return median === best ? worst : Math.min(worst, median + FAR * (median - best));
}

/** The observations, and the pending points with what is expected there. */
function addPendingMeans(
  space: Space,
  observations: Observations,
  pending: readonly Point[],
  hyperparameters: ReturnType<typeof fitHyperparameters>,
): Observations {
  if (pending.length === 0) return observations;
  const posterior = createPosterior(observations, hyperparameters);
  const points = pending.map((point) => embed(space, point));
  const means = points.map((point) => posterior.predict(point).mean);
  return {
    ...observations,
    points: [...observations.points, ...points],
    losses: Float64Array.of(...observations.losses, ...means),
  };
}

function startsOf(space: Space, observed: readonly FinishedTrial[], generator: Generator): readonly Float64Array[] {
  const even = createSobolSequence(space.length, generator.integer(2 ** 32));
  const best = observed.toSorted((a, b) => (a.loss === b.loss ? 0 : a.loss - b.loss)).slice(0, BEST_TRIALS);
  const near = best.flatMap(({ point }) =>
    Array.from({ length: NEAR_STARTS }, (_, i) => perturb(point, NEARNESS[i % NEARNESS.length], generator)),
  );
  return [...Array.from({ length: EVEN_STARTS }, (_, n) => even(n)), ...near];
}

/** A point near that one; what is not asked there lies anywhere. */
function perturb(point: Point, nearness: number, generator: Generator): Float64Array {
  return point.map((coordinate) => {
    if (Number.isNaN(coordinate)) return generator.uniform();
    return Math.min(Math.max(coordinate + nearness * generator.normal(), 0), 1);
  });
}
