import { describe, expect, it } from 'vitest';
import { lossByEpoch } from '../../../src/search/learningCurve.ts';
import type { Observation } from '../../../src/search/pruners/pruner.ts';
import { createSuccessiveHalving } from '../../../src/search/pruners/successiveHalving.ts';
import { createPruner, pruningSchema } from '../../../src/search/pruners.ts';

const seen = (loss: number, isOver = false, perEpoch: readonly number[] = []): Observation => ({
  loss,
  isOver,
  lossAt: lossByEpoch({ goal: 'minimize' }, { over: isOver, perEpoch }, loss),
});
describe('pruning', () => {
  it('fills in defaults, and rejects unknown settings', () => {
    expect(pruningSchema.parse({ type: 'median' })).toEqual({
      type: 'median',
      startupTrials: 5,
      warmupEpochs: null,
      intervalEpochs: 1,
    });
    expect(pruningSchema.parse({ type: 'asha', minEpochs: 2 })).toEqual({
      type: 'asha',
      minEpochs: 2,
      reductionFactor: 3,
    });
    for (const wrong of [{ type: 'sha' }, { type: 'asha', minEpochs: 0 }, { type: 'hyperband', warmupEpochs: 1 }]) {
      expect(pruningSchema.safeParse(wrong).success).toBe(false);
    }
  });
});

describe('median', () => {
  const createMedian = (settings: object, most: number) =>
    createPruner(pruningSchema.parse({ type: 'median', startupTrials: 3, warmupEpochs: 2, ...settings }), most);

  it('stops a trial that is worse than the median of the others at the same epoch', () => {
    const median = createMedian({ intervalEpochs: 2 }, 8);
    const courses = [
      [9, 5, 4, 3, 2, 1, 1, 1],
      [9, 6, 5, 4, 4, 4, 4, 4],
      [9, 2, 2, 2],
      [9, 7],
    ];
    expect(median.initialBudget(0, 8)).toEqual({ until: null, limits: [] });
    for (const [trial, perEpoch] of courses.entries()) {
      // The third trial finished early and counts with its final loss. The last one was stopped, so
      // its later losses are unknown.
      median.observe(trial, seen(Math.min(...perEpoch), trial < 3, perEpoch));
    }
    median.observe(4, seen(Number.POSITIVE_INFINITY, true, [1, 1, 1, 1, 1, 1, 1, 1]));
    expect(median.initialBudget(5, 8).limits).toEqual([
      { epoch: 2, worst: 5.5 },
      { epoch: 4, worst: 3 },
      { epoch: 6, worst: 2 },
    ]);
    expect(median.initialBudget(5, 4).limits).toEqual([{ epoch: 2, worst: 5.5 }]);
  });

  it('has at most a hundred milestones in long trainings, the first after a tenth', () => {
    const median = createMedian({ warmupEpochs: null, startupTrials: 1 }, 5000);
    median.observe(0, seen(1, true, [1]));
    const epochs = median.initialBudget(1, 5000).limits.map(({ epoch }) => epoch);
    expect(epochs.slice(0, 2)).toEqual([500, 550]);
    expect(epochs.length).toBeLessThanOrEqual(100);
  });
});

describe('successive halving', () => {
  const createHalving = (...all: Observation[]) => {
    const halving = createSuccessiveHalving([1, 2], 2);
    for (const [trial, each] of all.entries()) {
      halving.begin(trial, 4);
      halving.observe(trial, each);
    }
    return halving;
  };

  it('promotes finished trials that qualify, without running them', () => {
    // The finished trial is the best of four, so it is one of the two promoted, where it is the
    // best of two.
    const halving = createHalving(seen(1, true), seen(2), seen(3), seen(4));
    expect(halving.promotion()).toEqual({ trial: 1, until: 2 });
    halving.promote(1);
    halving.observe(1, seen(1.5));
    expect(halving.promotion()).toBeNull();
    expect(halving.finalPromotion()).toBeNull();
  });

  it('promotes neither failed trials nor others in their place', () => {
    const failed = seen(Number.POSITIVE_INFINITY, true);
    const halving = createHalving(failed, failed, failed, failed);
    expect(halving.promotion()).toBeNull();
    expect(halving.finalPromotion()).toBeNull();
    halving.begin(4, 4);
    halving.observe(4, seen(1));
    expect(halving.promotion()).toEqual({ trial: 4, until: 2 });
    halving.promote(4);
    halving.observe(4, seen(1));
    expect(halving.promotion()).toBeNull();
    expect(halving.finalPromotion()).toEqual({ trial: 4, until: null });
  });
});

describe('hyperband', () => {
  it('assigns trials to brackets in proportion, so that all have about the same epochs', () => {
    const hyperband = createPruner(pruningSchema.parse({ type: 'hyperband', minEpochs: 1 }), 27);
    const untils = Array.from({ length: 490 }, (_, trial) => hyperband.initialBudget(trial, 27).until);
    const counts = [1, 3, 9, null].map((until) => untils.filter((each) => each === until).length);
    // The shares are 27/4, 9/3, 3/2 and 1 of 12.25.
    expect(counts).toEqual([270, 120, 60, 40]);
    expect(hyperband.initialBudget(0, 27)).toEqual(hyperband.initialBudget(0, 27));
  });
});
