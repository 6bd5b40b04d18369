/** The standard normal distribution, exact to about ten digits where the samplers need it. */

const LOG_ROOT_TWO_PI = Math.log(2 * Math.PI) / 2;
/** Below it the continued fraction is as good as the series, and loses no digits. */
const TAIL = -3;
/** Terms of the continued fraction that give ten digits from 3 on. */
const TERMS = 40;

function density(z: number): number {
  return Math.exp(-(z * z) / 2 - LOG_ROOT_TWO_PI);
}

/** Φ(z), the share of the distribution below z. */
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
 * The expected improvement over the best of what is normally distributed, z = (best - mean) / deviation: `log` is log(φ(z) + z Φ(z)), to which
 * log(deviation) is to be added; `slope` is its derivative by z. Neither vanishes in the tail (Ament et al. 2023, "Unexpected improvements to
 * expected improvement for Bayesian optimization").
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

/** t in Mills' ratio (1 - Φ(x)) / φ(x) = 1 / (x + t), t = 1/(x + 2/(x + 3/(x + …))), for x from 3 on (Laplace). */
function tailFraction(x: number): number {
  let fraction = 0;
  for (let k = TERMS; k >= 1; k--) fraction = k / (x + fraction);
  return fraction;
}
