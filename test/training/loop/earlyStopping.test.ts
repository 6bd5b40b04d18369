import { describe, expect, it } from 'vitest';
import { createEarlyStopping } from '../../../src/training/loop/earlyStopping.ts';
import type { EpochMeasures } from '../../../src/training/report.ts';

function report(epoch: number, validationLoss: number | null, metrics: EpochMeasures['metrics'] = {}): EpochMeasures {
  return {
    epoch,
    epochs: 10,
    step: epoch,
    trainingLoss: 1 / epoch,
    validationLoss,
    metrics,
    learningRate: 1,
    seconds: 1,
    rowsPerSecond: 1,
  };
}

it('stops after the given number of epochs without improvement, and knows the best', () => {
  const stopping = createEarlyStopping({ metric: 'validationLoss', patience: 2, minDelta: 0 });
  const verdicts = [3, 2, 2.5, 2.5].map((loss, i) => stopping.judge(report(i + 1, loss)));
  expect(verdicts.map(({ best }) => best)).toEqual([true, true, false, false]);
  expect(verdicts.map(({ stop }) => stop)).toEqual([false, false, false, true]);
});

it('records a slightly better epoch whose improvement is too small to continue', () => {
  const stopping = createEarlyStopping({ metric: 'validationLoss', patience: 1, minDelta: 0.5 });
  stopping.judge(report(1, 3));
  expect(stopping.judge(report(2, 2.9))).toEqual({ best: true, stop: true });
});

it('watches a metric for which higher is better', () => {
  const stopping = createEarlyStopping({ metric: 'accuracy', patience: 1, minDelta: 0 });
  stopping.judge(report(1, 1, { accuracy: 0.5 }));
  expect(stopping.judge(report(2, 9, { accuracy: 0.6 })).best).toBe(true);
  expect(stopping.judge(report(3, 0, { accuracy: 0.6 }))).toEqual({ best: false, stop: true });
});

it('uses the training loss without validation rows, and never stops unless configured', () => {
  const stopping = createEarlyStopping(null);
  expect([1, 2, 3].map((epoch) => stopping.judge(report(epoch, null)))).toEqual(
    Array(3).fill({ best: true, stop: false }),
  );
});

it('continues from its state as if it had never stopped', () => {
  const settings = { metric: 'validationLoss', patience: 3, minDelta: 0.1 } as const;
  const losses = [3, 2, 2.05, 1.95, 2, 2];
  const whole = createEarlyStopping(settings);
  const verdicts = losses.map((loss, i) => whole.judge(report(i + 1, loss)));
  let parted = createEarlyStopping(settings);
  const partedVerdicts = losses.map((loss, i) => {
    parted = createEarlyStopping(settings, parted.state());
    return parted.judge(report(i + 1, loss));
  });
  expect(partedVerdicts).toEqual(verdicts);
  expect(verdicts.at(-1)?.stop).toBe(true);
});

describe('a metric that an epoch does not have', () => {
  const settings = { metric: 'rocAuc', patience: 2, minDelta: 0 } as const;

  it.each([
    ['is null', { rocAuc: null }],
    ['is absent', {}],
    ['is not finite', { rocAuc: Number.NEGATIVE_INFINITY }],
  ])('is replaced by the validation loss, with a warning, when it %s', (_, metrics) => {
    const stopping = createEarlyStopping(settings);
    const verdicts = [3, 2, 2.5, 1, 1, 1].map((loss, i) => stopping.judge(report(i + 1, loss, metrics)));
    expect(verdicts.map(({ best }) => best)).toEqual([true, true, false, true, false, false]);
    expect(verdicts.map(({ stop }) => stop)).toEqual([false, false, false, false, false, true]);
    expect(stopping.warnings()).toEqual([
      { code: 'early_stopping_by_loss', message: expect.stringMatching(/no rocAuc.*validation loss.*earlyStopping/) },
    ]);
  });

  it('is replaced from the first epoch without it, compared to the loss of the best epoch so far', () => {
    const stopping = createEarlyStopping(settings);
    const epochs: readonly (readonly [number, number | null])[] = [
      [2, 0.7],
      [3, 0.8],
      [4, null],
      [2.5, 0.9],
      [2.7, 0.95],
    ];
    const verdicts = epochs.map(([loss, rocAuc], i) => stopping.judge(report(i + 1, loss, { rocAuc })));
    expect(verdicts.map(({ best }) => best)).toEqual([true, true, false, true, false]);
  });

  it('continues from its state as if it had never stopped', () => {
    const epochs: readonly (readonly [number, number | null])[] = [
      [2, 0.7],
      [3, 0.8],
      [4, null],
      [2.5, 0.9],
      [2.7, null],
      [2.6, null],
    ];
    const whole = createEarlyStopping(settings);
    const verdicts = epochs.map(([loss, rocAuc], i) => whole.judge(report(i + 1, loss, { rocAuc })));
    let parted = createEarlyStopping(settings);
    const partedVerdicts = epochs.map(([loss, rocAuc], i) => {
      parted = createEarlyStopping(settings, JSON.parse(JSON.stringify(parted.state())));
      return parted.judge(report(i + 1, loss, { rocAuc }));
    });
    expect(partedVerdicts).toEqual(verdicts);
    expect(parted.warnings()).toEqual(whole.warnings());
  });

  it('has no warning when every epoch has it, and without validation rows', () => {
    const measured = createEarlyStopping(settings);
    measured.judge(report(1, 1, { rocAuc: 0.5 }));
    const unvalidated = createEarlyStopping(settings);
    unvalidated.judge(report(1, null));
    expect([measured.warnings(), unvalidated.warnings()]).toEqual([[], []]);
  });
});
