import { describe, expect, it } from 'vitest';
import type { Algorithm } from '../../../src/search/samplers.ts';
import type { Parameters } from '../../../src/search/space/space.ts';
import { SWEEP_FUNCTIONS } from '../../bench/sweepFunctions.ts';
import { quantile, regretsOf } from '../../bench/sweepRegret.ts';

/**
 * The bound of tpe is twice the median regret of Optuna's TPE after 60 trials
 * (`npm run bench -- sweeps` shows both for more seeds). The Gaussian process has half the trials,
 * because it is slow.
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

  it('tpe and gp get close to the minimum, and closer than random', () => {
    const random = medianOf('random', 60);
    expect(medianOf('tpe', 60)).toBeLessThan(Math.min(tpe, random));
    expect(medianOf('gp', 30)).toBeLessThan(Math.min(gp, random));
  });
});

it('gp is robust against diverged trainings', () => {
  const [branin] = SWEEP_FUNCTIONS;
  const blowsUp = {
    ...branin,
    loss: (parameters: Parameters) => (Number(parameters.x) < 0 ? 1e200 : branin.loss(parameters)),
  };
  expect(quantile(regretsOf(blowsUp, 'gp', SEEDS, 30), 0.5)).toBeLessThan(0.05);
});
