import { factorize, inverseOf, solveLower, solveUpper } from './cholesky.ts';
import { type Hyperparameters, matern, squaredDifference } from './kernel.ts';
import { minimizeInBox } from './minimize.ts';

/** n embedded points and their n standardized losses. */
export interface Observations {
  /** Whether each coordinate is ordered. */
  readonly ordered: readonly boolean[];
  readonly points: readonly Float64Array[];
  readonly losses: Float64Array;
}

/**
 * Bounds of the logarithms. The weights allow length scales from 1/30 of the range to 30 times the
 * range.
 */
const LOG_BOUNDS = { weight: [-6.8, 6.8], variance: [-4, 6], noise: [Math.log(1e-7), Math.log(0.5)] } as const;
/**
 * Start values of the logarithms of a weight, the variance and the noise: a smooth function, and a
 * rough noisy one.
 */
const STARTS: readonly (readonly [number, number, number])[] = [
  [0, 0, Math.log(1e-4)],
  [2.5, 0, Math.log(1e-2)],
];
const ITERATIONS = 40;

/**
 * The maximum a posteriori: marginal likelihood (Rasmussen and Williams 2006, equation 5.9) and
 * priors.
 */
export function fitHyperparameters(observations: Observations): Hyperparameters {
  const d = observations.ordered.length;
  const objective = createObjective(observations);
  const bounds = (side: 0 | 1) => spread(d, LOG_BOUNDS.weight[side], LOG_BOUNDS.variance[side], LOG_BOUNDS.noise[side]);
  const minima = STARTS.map((start) => minimizeInBox(objective, spread(d, ...start), bounds(0), bounds(1), ITERATIONS));
  const { x } = minima.reduce((a, b) => (b.value < a.value ? b : a));
  return hyperparametersAt(x, d);
}

function spread(d: number, weight: number, variance: number, noise: number): Float64Array {
  return Float64Array.from({ length: d + 2 }, (_, i) => (i < d ? weight : i === d ? variance : noise));
}

function hyperparametersAt(logs: Float64Array, d: number): Hyperparameters {
  return { weights: logs.slice(0, d).map(Math.exp), variance: Math.exp(logs[d]), noise: Math.exp(logs[d + 1]) };
}

/**
 * The negative log posterior as a function of the logarithms of the weights, the variance and the
 * noise.
 */
function createObjective({ ordered, points, losses }: Observations) {
  const [n, d] = [points.length, ordered.length];
  const distances = pairDistances(ordered, points);
  return (logs: Float64Array, gradient: Float64Array): number => {
    const hyperparameters = hyperparametersAt(logs, d);
    const { covariance, slopes } = covariancesOf(distances, n, hyperparameters);
    const l = covariance.slice();
    if (!factorize(l, n)) return Number.POSITIVE_INFINITY;
    const alpha = losses.slice();
    solveLower(l, n, alpha);
    solveUpper(l, n, alpha);
    const prior = setToPriors(hyperparameters, gradient);
    addLikelihoodGradient(
      { hyperparameters, covariance, slopes, distances, alpha, inverse: inverseOf(l, n) },
      gradient,
    );
    let likelihood = 0;
    for (let i = 0; i < n; i++) likelihood += 0.5 * losses[i] * alpha[i] + Math.log(l[i * n + i]);
    return likelihood + prior;
  };
}

/**
 * K with the noise, and its derivative by r² off the diagonal: the lower triangles, (n, n) each.
 */
function covariancesOf(distances: Float64Array, n: number, { weights, variance, noise }: Hyperparameters) {
  const d = weights.length;
  const covariance = new Float64Array(n * n);
  const slopes = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    covariance[i * n + i] = variance + noise;
    for (let j = 0; j < i; j++) {
      let squared = 0;
      for (let k = 0; k < d; k++) squared += weights[k] * distances[(i * n + j) * d + k];
      const { value, slope } = matern(squared);
      covariance[i * n + j] = variance * value;
      slopes[i * n + j] = variance * slope;
    }
  }
  return { covariance, slopes };
}

interface Fitted {
  readonly hyperparameters: Hyperparameters;
  readonly covariance: Float64Array;
  readonly slopes: Float64Array;
  readonly distances: Float64Array;
  /** K⁻¹ · losses. */
  readonly alpha: Float64Array;
  /** K⁻¹. */
  readonly inverse: Float64Array;
}

/**
 * Adds the gradient of the negative log likelihood, ½ Σ (K⁻¹ - α αᵀ) ∘ dK. Each pair off the
 * diagonal counts twice.
 */
function addLikelihoodGradient(
  { hyperparameters, covariance, slopes, distances, alpha, inverse }: Fitted,
  gradient: Float64Array,
): void {
  const { weights, variance, noise } = hyperparameters;
  const [n, d] = [alpha.length, weights.length];
  for (let i = 0; i < n; i++) {
    const diagonal = 0.5 * (inverse[i * n + i] - alpha[i] ** 2);
    gradient[d] += diagonal * variance;
    gradient[d + 1] += diagonal * noise;
    for (let j = 0; j < i; j++) {
      const pull = inverse[i * n + j] - alpha[i] * alpha[j];
      gradient[d] += pull * covariance[i * n + j];
      const pullOfSlope = pull * slopes[i * n + j];
      for (let k = 0; k < d; k++) gradient[k] += pullOfSlope * weights[k] * distances[(i * n + j) * d + k];
    }
  }
}

/** (distance in coordinate k)² of points i and j at (i · n + j) · d + k, for j < i. */
function pairDistances(ordered: readonly boolean[], points: readonly Float64Array[]): Float64Array {
  const [n, d] = [points.length, ordered.length];
  const distances = new Float64Array(n * n * d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      for (let k = 0; k < d; k++) {
        distances[(i * n + j) * d + k] = squaredDifference(ordered[k], points[i][k], points[j][k]);
      }
    }
  }
  return distances;
}

/**
 * Sets the gradient to that of the negative log priors and returns their sum. The priors prefer
 * moderate weights, a variance close to that of the losses, and little noise (shapes and constants
 * of Optuna's GPSampler).
 */
function setToPriors({ weights, variance, noise }: Hyperparameters, gradient: Float64Array): number {
  const d = weights.length;
  let sum = 0;
  for (let k = 0; k < d; k++) {
    sum += 0.1 / weights[k] + 0.1 * weights[k];
    gradient[k] = -0.1 / weights[k] + 0.1 * weights[k];
  }
  gradient[d] = variance - 1;
  gradient[d + 1] = 30 * noise - 0.1;
  return sum + variance - Math.log(variance) + 30 * noise - 0.1 * Math.log(noise);
}
