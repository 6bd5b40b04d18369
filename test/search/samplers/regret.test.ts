import { describe, expect, it } from 'vitest';
import type { Algorithm } from '../../../src/search/samplers.ts';
import type { Parameters } from '../../../src/search/space/space.ts';
import { SWEEP_FUNCTIONS } from '../../bench/sweepFunctions.ts';
import { quantile, regretsOf } from '../../bench/sweepRegret.ts';

/**
 * Of tpe: twice the median regret of Optuna's after 60 trials (`npm run bench -- sweeps` shows them, of more seeds). The Gaussian process has half
 * the trials, as it takes its time.
 */
const BOUNDS = [
  { name: 'branin', tpe: 0.19, gp: 0.05 },
  { name: 'hartmann6', tpe: 0.5, gp: 1 },
  { name: 'rosenbrock4', tpe: 15, gp: 40 },
  { name: 'mixed', tpe: 0.005, gp: 0.001 },
];
const SEEDS = [201, 202, 203];

describe.each(BOUNDS)('on $name', ({ name, tpe, gp }) => {
  const searched = SWEEP_FUNCTIONS.filter((each) => each.name === name);
  const medianOf = (algorithm: Algorithm, trials: number) =>
    searched.map((each) => quantile(regretsOf(each, algorithm, SEEDS, trials), 0.5))[0];

  it('tpe and gp come near the minimum, and nearer than random does', () => {
    const random = medianOf('random', 60);
    expect(medianOf('tpe', 60)).toBeLessThan(Math.min(tpe, random));
    expect(medianOf('gp', 30)).toBeLessThan(Math.min(gp, random));
  });
});

it('gp is not blinded by trainings that blow up', () => {
  const [branin] = SWEEP_FUNCTIONS;
  const blowsUp = {
    ...branin,
    loss: (parameters: Parameters) => (Number(parameters.x) < 0 ? 1e200 : branin.loss(parameters)),
  };
  expect(quantile(regretsOf(blowsUp, 'gp', SEEDS, 30), 0.5)).toBeLessThan(0.05);
});
