import { describe, expect, it } from 'vitest';
import { createGenerator } from '../../../../src/engine/random.ts';
import { factorize, inverseOf, solveLower, solveUpper } from '../../../../src/search/samplers/gp/cholesky.ts';
import { fitHyperparameters, type Observations } from '../../../../src/search/samplers/gp/fit.ts';
import { minimizeInBox } from '../../../../src/search/samplers/gp/minimize.ts';
import { createPosterior } from '../../../../src/search/samplers/gp/posterior.ts';

/** Observes a wave in the first of two coordinates. The second has no effect. */
function observe(points: number): Observations {
  const { uniform } = createGenerator(1);
  const drawn = Array.from({ length: points }, () => Float64Array.of(uniform(), uniform()));
  return { ordered: [true, true], points: drawn, losses: Float64Array.from(drawn, ([x]) => Math.sin(6 * x)) };
}

describe('the Cholesky factor of a matrix', () => {
  const matrix = [4, 2, 0.6, 2, 5, 1, 0.6, 1, 3];

  it('solves and inverts', () => {
    const l = Float64Array.from(matrix);
    expect(factorize(l, 3)).toBe(true);
    const b = Float64Array.of(1, 2, 3);
    solveLower(l, 3, b);
    solveUpper(l, 3, b);
    const inverse = inverseOf(l, 3);
    for (const [i, right] of [1, 2, 3].entries()) {
      const row = matrix.slice(3 * i, 3 * i + 3);
      expect(row.reduce((sum, each, j) => sum + each * b[j], 0)).toBeCloseTo(right, 12);
      expect(row.reduce((sum, each, j) => sum + each * inverse[3 * j + i], 0)).toBeCloseTo(1, 12);
    }
  });

  it('does not exist if the matrix is not positive definite', () => {
    expect(factorize(Float64Array.of(1, 2, 2, 1), 2)).toBe(false);
  });
});

describe('the minimum in a box', () => {
  const rosenbrock = (x: Float64Array, gradient: Float64Array) => {
    const bend = x[1] - x[0] ** 2;
    gradient.set([-400 * bend * x[0] - 2 * (1 - x[0]), 200 * bend]);
    return 100 * bend ** 2 + (1 - x[0]) ** 2;
  };
  const minimize = (high: number) =>
    minimizeInBox(rosenbrock, Float64Array.of(-1.2, -1), Float64Array.of(-2, -2), Float64Array.of(high, 2), 200).x;

  it('is found along a curved valley', () => {
    const [x, y] = minimize(2);
    expect(x).toBeCloseTo(1, 3);
    expect(y).toBeCloseTo(1, 3);
  });

  it('is on the bound if the free minimum is outside', () => {
    const [x, y] = minimize(0.5);
    expect(x).toBe(0.5);
    expect(y).toBeCloseTo(0.25, 4);
  });
});

describe('a Gaussian process', () => {
  const seen = observe(25);
  const hyperparameters = fitHyperparameters(seen);
  const posterior = createPosterior(seen, hyperparameters);

  it('learns which coordinate matters', () => {
    const [first, second] = hyperparameters.weights;
    expect(first).toBeGreaterThan(10 * second);
  });

  it('predicts observations with certainty, and interpolates between them', () => {
    for (const [i, point] of seen.points.entries()) {
      const { mean, deviation } = posterior.predict(point);
      expect(mean).toBeCloseTo(seen.losses[i], 2);
      expect(deviation).toBeLessThan(0.05);
    }
    expect(posterior.predict(Float64Array.of(0.4, 0.9)).mean).toBeCloseTo(Math.sin(2.4), 1);
  });

  it('returns the gradient of its prediction', () => {
    const [meanSlopes, deviationSlopes] = [new Float64Array(2), new Float64Array(2)];
    posterior.predictWithGradient(Float64Array.of(0.3, 0.6), meanSlopes, deviationSlopes);
    const step = 1e-5;
    for (const k of [0, 1]) {
      const at = (side: number) =>
        posterior.predict(Float64Array.of(0.3, 0.6).map((each, i) => each + (i === k ? side : 0)));
      expect(meanSlopes[k]).toBeCloseTo((at(step).mean - at(-step).mean) / (2 * step), 4);
      expect(deviationSlopes[k]).toBeCloseTo((at(step).deviation - at(-step).deviation) / (2 * step), 4);
    }
  });
});
