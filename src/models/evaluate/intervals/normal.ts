/** The normal distribution. */

/** z with P(|Z| <= z) = level. Newton's method on the distribution function. */
export function normalQuantileOfLevel(level: number): number {
  let z = 1;
  for (let step = 0; step < 60; step++) {
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    const next = z - (tailOf(z) - (1 - level) / 2) / -density;
    if (Math.abs(next - z) < 1e-15 * Math.abs(z)) return next;
    z = Math.max(0, next);
  }
  return z;
}

/** P(|Z| > |z|). */
export function twoSidedP(z: number): number {
  return 2 * tailOf(Math.abs(z));
}

/**
 * P(Z > z) for z >= 0: a series near 0, a continued fraction beyond (Abramowitz and Stegun 26.2).
 */
function tailOf(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < 3) {
    let [term, sum] = [z, z];
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (z * z) / (2 * n + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = z;
  for (let n = 200; n > 0; n--) fraction = z + n / fraction;
  return density / fraction;
}
