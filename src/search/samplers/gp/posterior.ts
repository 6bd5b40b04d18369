import { factorize, solveLower, solveUpper } from './cholesky.ts';
import type { Observations } from './fit.ts';
import { type Hyperparameters, matern, squaredDifference } from './kernel.ts';

/** The predicted loss at a point. */
interface Prediction {
  readonly mean: number;
  readonly deviation: number;
}

export interface Posterior {
  predict(x: Float64Array): Prediction;
  /** Also writes the derivatives by each ordered coordinate; those of choices are 0. */
  predictWithGradient(x: Float64Array, meanSlopes: Float64Array, deviationSlopes: Float64Array): Prediction;
}

/** The minimum variance, so that logarithms and quotients stay finite at observed points. */
const MIN_VARIANCE = 1e-12;
/**
 * Added to the diagonal if rounding makes the matrix not positive definite; multiplied by ten until
 * it suffices.
 */
const FIRST_JITTER = 1e-8;

/** The posterior of the Gaussian process (Rasmussen and Williams 2006, algorithm 2.1). */
export function createPosterior(observations: Observations, { weights, variance, noise }: Hyperparameters): Posterior {
  const { ordered, points, losses } = observations;
  const [n, d] = [points.length, ordered.length];
  const squaredDistance = (a: Float64Array, b: Float64Array) => {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += weights[k] * squaredDifference(ordered[k], a[k], b[k]);
    return sum;
  };
  const l = factorOf(points, (a, b) => variance * matern(squaredDistance(a, b)).value, noise);
  const alpha = losses.slice();
  solveLower(l, n, alpha);
  solveUpper(l, n, alpha);
  const near = new Float64Array(n);
  const slopes = new Float64Array(n);

  /** Also writes L⁻¹ k to `near`. */
  function predict(x: Float64Array): Prediction {
    let mean = 0;
    for (let i = 0; i < n; i++) {
      const { value, slope } = matern(squaredDistance(x, points[i]));
      near[i] = variance * value;
      slopes[i] = variance * slope;
      mean += near[i] * alpha[i];
    }
    solveLower(l, n, near);
    let left = variance;
    for (let i = 0; i < n; i++) left -= near[i] * near[i];
    return { mean, deviation: Math.sqrt(Math.max(left, MIN_VARIANCE)) };
  }

  return {
    predict,
    predictWithGradient(x, meanSlopes, deviationSlopes) {
      const prediction = predict(x);
      solveUpper(l, n, near);
      meanSlopes.fill(0);
      deviationSlopes.fill(0);
      for (let k = 0; k < d; k++) {
        if (!ordered[k]) continue;
        for (let i = 0; i < n; i++) {
          const slope = 2 * slopes[i] * weights[k] * (x[k] - points[i][k]);
          meanSlopes[k] += slope * alpha[i];
          deviationSlopes[k] -= (slope * near[i]) / prediction.deviation;
        }
      }
      return prediction;
    },
  };
}

/** The Cholesky factor of the covariance matrix with noise. */
function factorOf(
  points: readonly Float64Array[],
  covariance: (a: Float64Array, b: Float64Array) => number,
  noise: number,
): Float64Array {
  const n = points.length;
  for (let jitter = 0; ; jitter = Math.max(jitter * 10, FIRST_JITTER)) {
    const l = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) l[i * n + j] = covariance(points[i], points[j]);
      l[i * n + i] += noise + jitter;
    }
    if (factorize(l, n)) return l;
  }
}
