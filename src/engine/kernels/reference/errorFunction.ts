/**
 * Above it the continued fraction is exact to the last bit within its terms; below it the series
 * is.
 */
const SERIES_LIMIT = 2;
const FRACTION_TERMS = 80;

/**
 * The complementary error function, 1 - erf(x), to about 1e-15 relative (Abramowitz and Stegun
 * 7.1.6 and 7.1.14).
 */
export function complementaryErrorFunction(x: number): number {
  if (x < 0) return 2 - complementaryErrorFunction(-x);
  return x < SERIES_LIMIT ? 1 - series(x) : continuedFraction(x);
}

/**
 * erf(x) = 2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)). Every term is positive, so nothing
 * cancels.
 */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let odd = 3; term > sum * Number.EPSILON; odd += 2) {
    term *= (2 * x * x) / odd;
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** erfc(x) = e^(-x²)/√π · 1/(x + ½/(x + 1/(x + 1½/(x + …)))), from the innermost term outwards. */
function continuedFraction(x: number): number {
  let tail = x;
  for (let term = FRACTION_TERMS; term > 0; term--) tail = x + term / 2 / tail;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
}
