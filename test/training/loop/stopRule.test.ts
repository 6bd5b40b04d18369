import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type StopRule, stopsAfter } from '../../../src/training/loop/stopRule.ts';
import { specFor } from '../profile.ts';
import { type Part, type Trained, trainPart } from '../resuming.ts';
import { flowers } from '../tables.ts';

const STEPS_PER_EPOCH = 5;
const EPOCHS = 9;
const table = flowers(100);
const spec = specFor(table, {
  target: 'kind',
  network: { layers: [{ units: 6, normalization: 'batch', dropout: 0.3 }] },
  training: { epochs: EPOCHS, batchSize: 16, optimizer: { type: 'adam', learningRate: 0.02 }, earlyStopping: null },
});
const NOWHERE: StopRule = { metric: 'validationLoss', goal: 'minimize', until: null, limits: [] };
const unbroken = trainPart(table, spec, 'wasm');

/** Trains part after part, each from the stop of the previous one. */
function trainParts(parts: readonly Part[]): readonly Trained[] {
  const done: Trained[] = [];
  for (const part of parts) {
    if (done.at(-1)?.outcome) break;
    const checkpoint = done.flatMap(({ checkpoints }) => checkpoints).at(-1) ?? null;
    done.push(trainPart(table, spec, 'wasm', { checkpoint, ...part }));
  }
  return done;
}

describe('a stop rule', () => {
  const best = { trainingLoss: 0.5, validationLoss: 0.4, metrics: { accuracy: 0.8, rocAuc: null } };
  const limited = (changes: Partial<StopRule>, worst: number) =>
    stopsAfter({ ...NOWHERE, limits: [{ epoch: 3, worst }], ...changes }, 3, best);

  it('applies after its epoch, and after any later one', () => {
    expect([1, 2, 3].map((done) => stopsAfter({ ...NOWHERE, until: 2 }, done, best))).toEqual([false, true, true]);
  });

  it('applies only after an epoch of its limits', () => {
    const stopRule = { ...NOWHERE, limits: [2, 4].map((epoch) => ({ epoch, worst: 0 })) };
    expect([1, 2, 3, 4, 5].map((done) => stopsAfter(stopRule, done, best))).toEqual([false, true, false, true, false]);
  });

  it.each<[string, Partial<StopRule>, number, boolean]>([
    ['a loss above it', {}, 0.39, true],
    ['an equal loss', {}, 0.4, false],
    ['a training loss above it', { metric: 'trainingLoss' }, 0.49, true],
    ['a metric below it', { metric: 'accuracy', goal: 'maximize' }, 0.81, true],
    ['an equal metric', { metric: 'accuracy', goal: 'maximize' }, 0.8, false],
    ['a metric without a value', { metric: 'rocAuc', goal: 'maximize' }, 0, true],
    ['a missing metric', { metric: 'f1', goal: 'maximize' }, 0, true],
  ])('of %s', (_, changes, worst, expected) => {
    expect(limited(changes, worst)).toBe(expected);
  });

  it('treats non-finite values as missing', () => {
    const stopRule: StopRule = { ...NOWHERE, goal: 'maximize', metric: 'r2', limits: [{ epoch: 1, worst: 0 }] };
    expect(stopsAfter(stopRule, 1, { ...best, metrics: { r2: Number.POSITIVE_INFINITY } })).toBe(true);
  });
});

describe('a run that meets its stop rule', () => {
  it('leaves a checkpoint at the start of the next epoch, and reports it', () => {
    const { outcome, halted, reports, checkpoints } = trainPart(table, spec, 'wasm', {
      stopRule: { ...NOWHERE, until: 3 },
    });
    expect([outcome, halted]).toEqual([null, true]);
    expect(reports).toEqual(unbroken.reports.slice(0, 3));
    expect(checkpoints).toEqual([expect.objectContaining({ epoch: 4, batch: 0, finished: false })]);
  });

  it('is finished if the epoch was its last', () => {
    const { outcome, halted } = trainPart(table, spec, 'wasm', { stopRule: { ...NOWHERE, until: EPOCHS } });
    expect(halted).toBe(false);
    expect(outcome).toEqual(unbroken.outcome);
  });

  it('stops at once if it resumes after its epoch, and leaves no other checkpoint', () => {
    const stopRule = { ...NOWHERE, until: 3 };
    const [checkpoint] = trainPart(table, spec, 'wasm', { stopRule }).checkpoints;
    expect(trainPart(table, spec, 'wasm', { stopRule, checkpoint })).toMatchObject({
      halted: true,
      reports: [],
      checkpoints: [],
    });
  });

  it('uses the best epoch so far, including those before it was resumed', () => {
    const optimizer = { type: 'adam', learningRate: 0.6 } as const;
    const training = {
      epochs: EPOCHS,
      batchSize: 16,
      optimizer,
      schedule: { type: 'constant' },
      earlyStopping: null,
    } as const;
    const rising = specFor(table, { target: 'kind', network: { layers: [{ units: 6 }] }, training });
    const { reports } = trainPart(table, rising, 'wasm');
    const best = reports.reduce((a, b) => ((b.validationLoss ?? 0) < (a.validationLoss ?? 0) ? b : a));
    expect(best.epoch).toBeLessThan(EPOCHS - 1);
    const at = (worst: number): StopRule => ({ ...NOWHERE, limits: [{ epoch: EPOCHS - 1, worst }] });
    const ending = { at: best.epoch * STEPS_PER_EPOCH + 2, how: 'pause' } as const;
    const [checkpoint] = trainPart(table, rising, 'wasm', { ending }).checkpoints;
    const value = best.validationLoss ?? Number.NaN;
    expect(trainPart(table, rising, 'wasm', { checkpoint, stopRule: at(value) }).halted).toBe(false);
    expect(trainPart(table, rising, 'wasm', { checkpoint, stopRule: at(value - 1e-9) }).halted).toBe(true);
  });

  it('measures its watched metrics, whatever early stopping does', () => {
    const stopRule: StopRule = { ...NOWHERE, metric: 'f1', goal: 'maximize', limits: [{ epoch: 2, worst: 0 }] };
    const { outcome, reports } = trainPart(table, spec, 'wasm', { stopRule });
    expect(reports[0].metrics).toHaveProperty('f1');
    expect(outcome).toEqual(unbroken.outcome);
  });

  it.each(['pause', 'stop', 'cancel'] as const)('follows a request to %s first', (how) => {
    const ending = { at: 3 * STEPS_PER_EPOCH, how };
    const part = trainPart(table, spec, 'wasm', { stopRule: { ...NOWHERE, until: 3 }, ending });
    expect(part).toEqual(trainPart(table, spec, 'wasm', { ending }));
    expect(part.halted).toBe(false);
  });

  it('produces the same bits as an unbroken one, however often it stops and is paused', () => {
    const stop = fc.oneof(
      fc.integer({ min: 1, max: EPOCHS }).map((until): Part => ({ stopRule: { ...NOWHERE, until } })),
      fc
        .integer({ min: 1, max: EPOCHS })
        .map((epoch): Part => ({ stopRule: { ...NOWHERE, limits: [{ epoch, worst: 0 }] } })),
      fc.integer({ min: 1, max: EPOCHS * STEPS_PER_EPOCH }).map((at): Part => ({ ending: { at, how: 'pause' } })),
    );
    fc.assert(
      fc.property(fc.array(stop, { maxLength: 8 }), (stops) => {
        const parts = trainParts([...stops, {}]);
        expect(parts.flatMap(({ reports }) => reports)).toEqual(unbroken.reports);
        expect(parts.at(-1)?.outcome).toEqual(unbroken.outcome);
      }),
      { numRuns: 40 },
    );
  });
});
