import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { specRequestSchema } from '../../src/training/schemas/spec.ts';
import { words } from '../features/columns.ts';
import { specFor } from './profile.ts';
import { trainPart } from './resuming.ts';
import { flowers } from './tables.ts';

type Request = z.input<typeof specRequestSchema>;
type Optimizer = NonNullable<NonNullable<Request['training']>['optimizer']>;

const ADAM: Optimizer = {
  type: 'adam',
  learningRate: 0.02,
  groups: [{ parameters: ['bias', 'W2'], rateFactor: 0.5 }],
};
const MUON: Optimizer = { type: 'muon', learningRate: 0.02, rest: { learningRate: 0.02 } };

/**
 * Everything in the state of a run: running statistics and their average, masks, the
 * optimizer's moments, a schedule and a patience that depend on the losses.
 */
const REQUEST: Request = {
  target: 'kind',
  network: {
    layers: [
      { units: 6, normalization: 'batch', dropout: 0.3 },
      { units: 5, normalization: 'layer' },
    ],
  },
  training: {
    epochs: 12,
    batchSize: 16,
    optimizer: ADAM,
    averaging: { decay: 0.8 },
    schedule: { type: 'plateau', factor: 0.5, patience: 1, threshold: 0.5, warmup: 0.1 },
    earlyStopping: { metric: 'rocAuc', patience: 4 },
    seed: 5,
  },
};
const table = flowers(100);
const spec = specFor(table, REQUEST);
const EMBEDDINGS = [null, { type: 'cosine', width: 5 }, { type: 'piecewiseLinear', bins: 4 }] as const;
const BACKENDS = ['auto', 'wasm', 'reference'] as const;
const CASES = BACKENDS.flatMap((kernels) => [
  ...EMBEDDINGS.map((embedding) => ({ kernels, embedding, optimizer: ADAM })),
  { kernels, embedding: EMBEDDINGS[1], optimizer: MUON },
]);
const STEPS_PER_EPOCH = 5;

describe.each(CASES)(
  'a run that is stopped ($kernels, embedding $embedding.type, $optimizer.type)',
  ({ kernels, embedding, optimizer }) => {
    const spec = specFor(table, {
      ...REQUEST,
      network: { ...REQUEST.network, embedding },
      training: { ...REQUEST.training, optimizer },
    });
    const unbroken = trainPart(table, spec, kernels);
    const steps = unbroken.reports.length * STEPS_PER_EPOCH;

    it('ends before its last epoch with a lower rate, so that the checkpoint contains both', () => {
      const { reports } = unbroken;
      expect(reports.length).toBeLessThan(12);
      expect(reports.at(-1)?.learningRate).toBeLessThan(0.02);
    });

    it.each([1, 4, 5, 7, 10, 23, steps - 1])('after %i steps resumes with the same bits', (at) => {
      const before = trainPart(table, spec, kernels, { ending: { at, how: 'pause' } });
      expect(before.outcome).toBeNull();
      const [checkpoint] = before.checkpoints;
      expect(checkpoint).toMatchObject({ step: at, finished: false });
      const after = trainPart(table, spec, kernels, { checkpoint });
      expect([...before.reports, ...after.reports]).toEqual(unbroken.reports);
      expect(after.outcome).toEqual(unbroken.outcome);
      expect(after.checkpoints).toEqual(unbroken.checkpoints);
    });

    it('at every step in turn resumes with the same bits', () => {
      const reports = [];
      let part = trainPart(table, spec, kernels, { ending: { at: 1, how: 'pause' } });
      for (let at = 2; part.outcome === null; at++) {
        reports.push(...part.reports);
        part = trainPart(table, spec, kernels, { checkpoint: part.checkpoints[0], ending: { at, how: 'pause' } });
      }
      expect([...reports, ...part.reports]).toEqual(unbroken.reports);
      expect(part.outcome).toEqual(unbroken.outcome);
    });

    it('is not changed by its checkpoints, and resumes from any of them', () => {
      const watched = trainPart(table, spec, kernels, { wishes: Number.POSITIVE_INFINITY });
      expect(watched.outcome).toEqual(unbroken.outcome);
      expect(watched.checkpoints.map(({ step }) => step)).toEqual(
        Array.from({ length: steps }, (_, index) => index + 1),
      );
      const checkpoint = watched.checkpoints[Math.floor(steps / 2)];
      expect(trainPart(table, spec, kernels, { checkpoint }).outcome).toEqual(unbroken.outcome);
    });
    it.each([
      [0, 1],
      [4, 5],
      [5, 6],
      [7, 8],
    ])('makes a checkpoint that was requested before it resumes at step %i when step %i is done', (at, next) => {
      const [checkpoint = null] = trainPart(table, spec, kernels, { ending: { at, how: 'pause' } }).checkpoints;
      const { checkpoints } = trainPart(table, spec, kernels, { checkpoint, wishes: 1 });
      expect(checkpoints.map(({ step }) => step)).toEqual([next, steps]);
    });
  },
);

describe('a run whose validation rows do not have the metric of early stopping', () => {
  const parts = Array.from({ length: 100 }, (_, row) => (row % 5 === 0 && row % 3 === 0 ? 'validation' : 'train'));
  const parted = { ...table, columns: [...table.columns, words('part', parts)] };
  const unmeasured = specFor(parted, {
    ...REQUEST,
    split: { method: 'column', column: 'part' },
    training: { ...REQUEST.training, earlyStopping: { metric: 'rocAuc', patience: 3 } },
  });
  const unbroken = trainPart(parted, unmeasured, 'wasm');

  it('returns the epoch with the best validation loss, and warns', () => {
    const losses = unbroken.reports.map(({ validationLoss }) => validationLoss ?? Number.NaN);
    expect(unbroken.reports.every(({ metrics }) => metrics.rocAuc === null)).toBe(true);
    expect(unbroken.outcome?.best.epoch).toBe(losses.indexOf(Math.min(...losses)) + 1);
    expect(unbroken.outcome?.best.epoch).toBeGreaterThan(1);
    expect(unbroken.outcome?.warnings).toContainEqual(expect.objectContaining({ code: 'early_stopping_by_loss' }));
  });

  it.each([1, 6, 7, 13])('resumes with the same bits and the same warnings after %i steps', (at) => {
    const [checkpoint] = trainPart(parted, unmeasured, 'wasm', { ending: { at, how: 'pause' } }).checkpoints;
    const after = trainPart(parted, unmeasured, 'wasm', { checkpoint });
    expect(after.outcome).toEqual(unbroken.outcome);
    expect(after.checkpoints).toEqual(unbroken.checkpoints);
  });
});

describe('a resumed run', () => {
  it('reports what was done before', () => {
    const [checkpoint] = trainPart(table, spec, 'wasm', { ending: { at: 12, how: 'pause' } }).checkpoints;
    expect(trainPart(table, spec, 'wasm', { checkpoint }).plan?.done).toEqual({ epochs: 2, steps: 12 });
  });

  it('leaves no new checkpoint without a step', () => {
    const [checkpoint] = trainPart(table, spec, 'wasm', { ending: { at: 12, how: 'pause' } }).checkpoints;
    const again = trainPart(table, spec, 'wasm', { checkpoint, ending: { at: 12, how: 'pause' } });
    expect(again).toMatchObject({ outcome: null, checkpoints: [] });
  });

  it('leaves nothing when it is cancelled', () => {
    const { outcome, checkpoints } = trainPart(table, spec, 'wasm', { ending: { at: 12, how: 'cancel' } });
    expect([outcome, checkpoints]).toEqual([null, []]);
  });
});

describe('a run that is requested to make its model', () => {
  it('returns the best epoch so far, wherever it is', () => {
    const unbroken = trainPart(table, spec, 'wasm');
    const { outcome, reports } = trainPart(table, spec, 'wasm', {
      ending: { at: 3 * STEPS_PER_EPOCH + 2, how: 'stop' },
    });
    expect(reports).toEqual(unbroken.reports.slice(0, 3));
    const best = reports.findLast(({ isBest }) => isBest);
    expect(outcome).toMatchObject({ epochs: 3, best: { epoch: best?.epoch, validationLoss: best?.validationLoss } });
    expect(outcome?.metrics.validation?.loss).toBeCloseTo(best?.validationLoss ?? Number.NaN, 6);
  });

  it.each([0, 2])('measures the finished part of the first epoch after %i steps', (at) => {
    const { outcome, reports } = trainPart(table, spec, 'wasm', { ending: { at, how: 'stop' } });
    expect(reports).toEqual([expect.objectContaining({ epoch: 1, step: Math.max(1, at), isBest: true })]);
    expect(outcome).toMatchObject({ epochs: 1, best: { epoch: 1 } });
  });
});

describe('an extended run', () => {
  const longer = (epochs: number) => ({ ...spec, training: { ...spec.training, epochs } });
  const ENDLESS = { earlyStopping: null, schedule: { type: 'constant', warmup: 0 } } as const;
  const patient = { ...spec, training: { ...spec.training, ...ENDLESS } };

  it.each([ADAM, MUON])(
    'continues from its last step of $type: equal to a run of all epochs, if the schedule is the same',
    (optimizer) => {
      const whole = specFor(table, { ...REQUEST, training: { ...REQUEST.training, optimizer } });
      const patient = { ...whole, training: { ...whole.training, ...ENDLESS } };
      const short = { ...patient, training: { ...patient.training, epochs: 3 } };
      const [checkpoint] = trainPart(table, short, 'wasm').checkpoints;
      expect(checkpoint).toMatchObject({ epoch: 4, batch: 0, finished: true });
      const extended = trainPart(table, patient, 'wasm', { checkpoint });
      expect(extended.outcome).toEqual(trainPart(table, patient, 'wasm').outcome);
      expect(extended.reports[0].epoch).toBe(4);
    },
  );

  it('resets its patience, and still returns the best epoch of all', () => {
    const first = trainPart(table, spec, 'wasm');
    const done = first.reports.length;
    const extended = trainPart(table, longer(done + 2), 'wasm', { checkpoint: first.checkpoints[0] });
    expect(extended.reports.map(({ epoch }) => epoch)).toEqual([done + 1, done + 2]);
    const best = [...first.reports, ...extended.reports].findLast(({ isBest }) => isBest);
    expect(extended.outcome?.best.epoch).toBe(best?.epoch);
  });

  it('trains the rest of an epoch in which it was requested to make its model', () => {
    const stopped = trainPart(table, patient, 'wasm', { ending: { at: 2, how: 'stop' } });
    const extended = trainPart(table, patient, 'wasm', { checkpoint: stopped.checkpoints[0] });
    expect(extended.outcome).toEqual(trainPart(table, patient, 'wasm').outcome);
  });
});
