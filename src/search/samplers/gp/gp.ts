import { createGenerator, type Generator } from '../../../engine/random.ts';
import type { Point, Space } from '../../space/space.ts';
import type { CreateSampler, FinishedTrial } from '../sampler.ts';
import { createSobol, createSobolSequence } from '../sobol.ts';
import { fitHyperparameters, type Observations } from './fit.ts';
import { embed } from './kernel.ts';
import { createPosterior } from './posterior.ts';
import { propose } from './propose.ts';

/** The number of first trials that cover the space evenly. */
const STARTUP = 10;
/** Start points of the acquisition search: evenly over the space, and near the best trials. */
const EVEN_STARTS = 512;
const BEST_TRIALS = 4;
const NEAR_STARTS = 8;
/** Standard deviations of the start points near a trial, as shares of the range. */
const NEARNESS = [0.1, 0.01, 0.001];
/**
 * Losses are capped at the median + FAR · (median - best): a diverged training would hide all
 * differences.
 */
const FAR = 2;
/** The time of a suggestion grows with the cube of the number of observed trials. */
const MAX_OBSERVED = 80;

/**
 * Bayesian optimization: fits a Gaussian process with a length scale per parameter to the losses
 * and suggests the point with the highest expected improvement (Jones et al. 1998; its logarithm,
 * Ament et al. 2023). Pending trials count with their predicted mean (the Kriging believer of
 * Ginsbourger et al. 2010). For about ten parameters.
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

/** All trials; of more than MAX_OBSERVED, the best ones and the latest of the others. */
function selectInformative(finished: readonly FinishedTrial[]): readonly FinishedTrial[] {
  if (finished.length <= MAX_OBSERVED) return finished;
  const ranked = finished.toSorted((a, b) => (a.loss === b.loss ? 0 : a.loss - b.loss));
  const best = new Set(ranked.slice(0, MAX_OBSERVED / 2));
  const latest = finished.filter((trial) => !best.has(trial)).slice(-MAX_OBSERVED / 2);
  return [...best, ...latest];
}

/**
 * Losses with mean 0 and variance 1. The worst are capped, because they contain no information
 * about the best region.
 */
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

/**
 * The cap of the losses, also for failed trials: above the median (see FAR), or the worst finite
 * loss.
 */
function capOf(losses: readonly number[]): number {
  const sorted = losses.filter(Number.isFinite).toSorted((a, b) => a - b);
  if (sorted.length === 0) return 0;
  const median = sorted[Math.floor(sorted.length / 2)];
  const [best, worst] = [sorted[0], sorted[sorted.length - 1]];
  return median === best ? worst : Math.min(worst, median + FAR * (median - best));
}

/** The observations, and the pending points with their predicted mean. */
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

/** A point near another. Inactive parameters get random coordinates. */
function perturb(point: Point, nearness: number, generator: Generator): Float64Array {
  return point.map((coordinate) => {
    if (Number.isNaN(coordinate)) return generator.uniform();
    return Math.min(Math.max(coordinate + nearness * generator.normal(), 0), 1);
  });
}
