import { describe, expect, it } from 'vitest';
import { createProgress } from '../../src/worker/run/progress.ts';

const PLAN = { epochs: 10, stepsPerEpoch: 4, rowsPerEpoch: 1000, maxThreads: 1, done: { epochs: 0, steps: 0 } };

function openProgress() {
  const clock = { now: 0 };
  return { clock, progressAt: createProgress(PLAN, () => clock.now) };
}

describe('progress', () => {
  it('has no throughput before the first step', () => {
    const { progressAt } = openProgress();
    expect(progressAt(0, 0)).toEqual({
      epoch: 0,
      epochs: 10,
      step: 0,
      fraction: 0,
      rowsPerSecond: 0,
      etaSeconds: null,
    });
  });

  it('estimates the remaining time from the throughput', () => {
    const { clock, progressAt } = openProgress();
    clock.now = 1000;
    expect(progressAt(2, 8)).toEqual({
      epoch: 2,
      epochs: 10,
      step: 8,
      fraction: 0.2,
      rowsPerSecond: 2000,
      etaSeconds: 4,
    });
  });

  it('measures the throughput from the step at which it resumes', () => {
    const clock = { now: 0 };
    const progressAt = createProgress({ ...PLAN, done: { epochs: 4, steps: 18 } }, () => clock.now);
    expect(progressAt(4, 18)).toMatchObject({ epoch: 4, step: 18, fraction: 0.45, etaSeconds: null });
    clock.now = 1000;
    expect(progressAt(5, 20)).toMatchObject({ rowsPerSecond: 500, etaSeconds: 10 });
  });

  it('counts the steps within an epoch', () => {
    const { clock, progressAt } = openProgress();
    clock.now = 1000;
    expect(progressAt(1, 6)).toMatchObject({ epoch: 1, fraction: 0.15 });
  });

  it('follows a throughput that changes', () => {
    const { clock, progressAt } = openProgress();
    clock.now = 1000;
    progressAt(0, 2);
    for (let step = 3; step <= 20; step++) {
      clock.now += 1000;
      progressAt(0, step);
    }
    clock.now += 1000;
    expect(progressAt(5, 21).rowsPerSecond).toBeGreaterThan(245);
    expect(progressAt(5, 21).rowsPerSecond).toBeLessThan(260);
  });
});
