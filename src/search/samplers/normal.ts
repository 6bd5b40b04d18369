/**
 * The standard normal distribution, exact to about ten digits in the range that the samplers use.
 */

const LOG_ROOT_TWO_PI = Math.log(2 * Math.PI) / 2;
/** Below this, the continued fraction is as exact as the series and does not lose digits. */
const TAIL = -3;
/** The number of terms of the continued fraction for ten digits at x >= 3. */
const TERMS = 40;

function density(z: number): number {
  return Math.exp(-(z * z) / 2 - LOG_ROOT_TWO_PI);
}

/** Φ(z), the cumulative distribution. */
export function normalShareBelow(z: number): number {
  if (z > 0) return 1 - normalShareBelow(-z);
  if (z < TAIL) return density(z) / (-z + tailFraction(-z));
  // Marsaglia 2004, "Evaluating the normal distribution": 1/2 + φ(z) (z + z³/3 + z⁵/(3·5) + …).
  let term = z;
  let sum = z;
  for (let k = 3; Math.abs(term) > 1e-16; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 + density(z) * sum;
}

/**
 * The logarithm of the expected improvement, up to log(deviation), for z = (best - mean) /
 * deviation: `log` is log(φ(z) + z Φ(z)), and `slope` is its derivative by z. Both stay finite in
 * the tail (Ament et al. 2023, "Unexpected improvements to expected improvement for Bayesian
 * optimization").
 */
export function logImprovement(z: number): { readonly log: number; readonly slope: number } {
  if (z < TAIL) {
    const t = tailFraction(-z);
    return { log: -(z * z) / 2 - LOG_ROOT_TWO_PI + Math.log(t / (-z + t)), slope: 1 / t };
  }
  const below = normalShareBelow(z);
  const improvement = density(z) + z * below;
  return { log: Math.log(improvement), slope: below / improvement };
}

/**
 * t in Mills' ratio (1 - Φ(x)) / φ(x) = 1 / (x + t), t = 1/(x + 2/(x + 3/(x + …))), for x >= 3
 * (Laplace).
 */
function tailFraction(x: number): number {
  let fraction = 0;
  for (let k = TERMS; k >= 1; k--) fraction = k / (x + fraction);
  return fraction;
}
