import { describe, expect, it } from 'vitest';
import { createSchedule, type ScheduleSpec } from '../../src/engine/schedules/schedules.ts';

const CONTEXT = { learningRate: 0.1, steps: 100, stepsPerEpoch: 10 };

function ratesOf(spec: ScheduleSpec, steps: readonly number[]): readonly number[] {
  const schedule = createSchedule(spec, CONTEXT);
  return steps.map((step) => schedule.rate(step));
}

describe('a schedule', () => {
  /** The formulas of torch.optim.lr_scheduler for 100 steps from a rate of 0.1. */
  it.each<[ScheduleSpec, readonly number[], readonly number[]]>([
    [{ type: 'constant' }, [0, 50, 99], [0.1, 0.1, 0.1]],
    [{ type: 'step', stepSize: 3, gamma: 0.5 }, [0, 29, 30, 59, 60, 99], [0.1, 0.1, 0.05, 0.05, 0.025, 0.0125]],
    [{ type: 'exponential', gamma: 0.9 }, [0, 9, 10, 99], [0.1, 0.1, 0.09, 0.1 * 0.9 ** 9]],
    [
      { type: 'cosine' },
      [0, 25, 50, 75, 100],
      [0.1, 0.1 * (0.5 + Math.SQRT1_2 / 2), 0.05, 0.1 * (0.5 - Math.SQRT1_2 / 2), 0],
    ],
    [{ type: 'cosine', minimum: 0.02 }, [0, 50, 100], [0.1, 0.06, 0.02]],
    [{ type: 'oneCycle' }, [0, 14.5, 29, 64, 99], [0.004, 0.052, 0.1, 0.0500002, 4e-7]],
  ])('%o', (spec, steps, expected) => {
    ratesOf(spec, steps).forEach((rate, i) => {
      expect(rate).toBeCloseTo(expected[i], 12);
    });
  });

  it.each<ScheduleSpec['type']>(['constant', 'step', 'exponential', 'cosine', 'plateau'])(
    'warms up linearly before %s',
    (type) => {
      const rates = ratesOf({ type, warmup: 0.05 }, [0, 1, 2, 3, 4, 5]);
      [0.02, 0.04, 0.06, 0.08, 0.1, 0.1].forEach((expected, step) => {
        expect(rates[step]).toBeCloseTo(expected, 12);
      });
    },
  );

  it('reaches its minimum after a warm-up', () => {
    expect(ratesOf({ type: 'cosine', warmup: 0.5 }, [50, 75, 100])).toEqual([0.1, 0.05, 0]);
  });

  it.each<ScheduleSpec>([
    { type: 'cosine', warmup: -0.1 },
    { type: 'constant', warmup: 1.5 },
    { type: 'oneCycle', warmup: 0 },
  ])('rejects %o', (spec) => {
    expect(() => createSchedule(spec, CONTEXT)).toThrow(RangeError);
  });
});

describe('the plateau schedule', () => {
  const spec: ScheduleSpec = { type: 'plateau', factor: 0.5, patience: 2, cooldown: 1, minimum: 0.03 };

  it('lowers the rate when the loss has not fallen for more epochs than its patience', () => {
    const schedule = createSchedule(spec, CONTEXT);
    const rates = [1, 0.9, 0.9, 0.95, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9].map((loss) => {
      schedule.observe(loss);
      return schedule.rate(0);
    });
    // The third bad epoch lowers the rate, one epoch cools down, and three more bad ones lower it
    // to the minimum.
    expect(rates).toEqual([0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.03, 0.03]);
  });

  it('resumes from its state', () => {
    const stopped = createSchedule(spec, CONTEXT);
    for (const loss of [1, 1, 1]) stopped.observe(loss);
    const resumed = createSchedule(spec, CONTEXT);
    resumed.restore(JSON.parse(JSON.stringify(stopped.state())));
    resumed.observe(1);
    expect(resumed.rate(0)).toBe(0.05);
  });

  it('counts a fall of a negative loss as an improvement', () => {
    const schedule = createSchedule({ ...spec, patience: 1 }, CONTEXT);
    for (const loss of [-1, -2, -3, -4]) schedule.observe(loss);
    expect(schedule.rate(0)).toBe(0.1);
  });
});
