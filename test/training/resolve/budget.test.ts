import { describe, expect, it } from 'vitest';
import { estimateDuration, type Speed, UNMEASURED } from '../../../src/training/estimate/duration.ts';
import { resolveEnsemble } from '../../../src/training/resolve/ensemble/resolveEnsemble.ts';
import { memberSpecs } from '../../../src/training/schemas/ensemble.ts';
import { specRequestSchema } from '../../../src/training/schemas/spec.ts';

const number = { type: 'numeric' as const, missing: 0, distinct: 500, min: 0, max: 9 };
const TABLE = {
  rows: 20_000,
  columns: [
    ...['a', 'b', 'y'].map((name) => ({ ...number, name })),
    { name: 'kind', type: 'categorical' as const, missing: 0, distinct: 4 },
  ],
};
const ONE_CORE: Speed = { cores: 1, calibration: UNMEASURED };

/** The networks of a budget, and the estimate of their time. */
function planned(seconds: number, { target = 'y', speed = ONE_CORE, table = TABLE } = {}) {
  const { spec, errors } = resolveEnsemble(
    { ...specRequestSchema.parse({ target }), budget: { seconds } },
    table,
    speed,
  );
  if (spec === null) throw new Error(JSON.stringify(errors));
  const networks = memberSpecs(spec);
  return { spec, networks, seconds: estimateDuration(networks, table, speed).seconds };
}

describe('a budget', () => {
  it.each(['y', 'kind'])('trains networks that need at most its time, to predict %s', (target) => {
    for (const budget of [5, 20, 60, 300, 1000])
      expect(planned(budget, { target }).seconds).toBeLessThanOrEqual(budget);
  });

  it('trains more networks for more time, each with at least half of its epochs', () => {
    const counts = [1, 10, 60, 600, 86_400].map((budget) => planned(budget).networks.length);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect([counts[0], counts[4]]).toEqual([1, 20]);
    const whole = planned(86_400).networks;
    const some = planned(60).networks;
    expect(some.length).toBeGreaterThan(1);
    for (const [index, { training }] of some.entries())
      expect(training.epochs).toBeGreaterThanOrEqual(Math.floor(whole[index].training.epochs / 2));
  });

  it('trains one network for one epoch rather than nothing', () => {
    const table = { ...TABLE, rows: 50_000_000 };
    expect(planned(1, { table }).networks.map(({ training }) => training.epochs)).toEqual([1]);
  });

  it('uses the cores of the job and its measured speed', () => {
    const { networks } = planned(30);
    const more = planned(30, { speed: { ...ONE_CORE, cores: 8 } }).networks;
    expect(more.length).toBeGreaterThan(networks.length);
    const slow = { cores: 1, calibration: { epochs: 10, overhead: 1, jobs: 3 } };
    expect(planned(300, { speed: slow }).networks.length).toBe(networks.length);
  });

  it('has the same first networks as a larger one, apart from their epochs', () => {
    const withoutEpochs = (seconds: number) =>
      planned(seconds).networks.map(({ training, ...rest }) => ({ ...rest, training: { ...training, epochs: 0 } }));
    const few = withoutEpochs(30);
    expect(withoutEpochs(600).slice(0, few.length)).toEqual(few);
  });

  it('averages fewer snapshots of few networks', () => {
    expect(planned(1).spec.ensemble.maxSelected).toBe(8);
    expect(planned(86_400).spec.ensemble.maxSelected).toBe(16);
  });
});
