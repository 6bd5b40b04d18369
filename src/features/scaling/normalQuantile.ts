/**
 * Coefficients of Giles (2010), "Approximating the erfinv function", single precision: highest
 * power first.
 */
const CENTRE = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];
const TAIL = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];

/** The standard normal quantile of a probability in (0, 1), to about seven digits. */
export function normalQuantile(probability: number): number {
  return Math.SQRT2 * inverseErrorFunction(2 * probability - 1);
}

function inverseErrorFunction(x: number): number {
  const w = -Math.log((1 - x) * (1 + x));
  return x * (w < 5 ? polynomial(CENTRE, w - 2.5) : polynomial(TAIL, Math.sqrt(w) - 3));
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
