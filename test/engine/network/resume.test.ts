import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CreateKernels } from '../../../src/engine/kernels/kernels.ts';
import type { EmbeddingSpec } from '../../../src/engine/layers/embedding/embedding.ts';
import type { LayerSpec } from '../../../src/engine/layers/layerSpec.ts';
import type { Trainer } from '../../../src/engine/network/trainer.ts';
import { OPTIMIZERS, type OptimizerSpec } from '../../../src/engine/optimizers/optimizers.ts';
import { createSchedule, SCHEDULES, type ScheduleSpec } from '../../../src/engine/schedules/schedules.ts';
import { BACKENDS } from '../backends.ts';
import { allRows, EMBEDDINGS, sampleTrainer } from '../sampleTraining.ts';

const BATCH = 5;
const STEPS_PER_EPOCH = 2;
const EPOCHS = 6;
const STEPS = EPOCHS * STEPS_PER_EPOCH;

const OPTIMIZER_SPECS: readonly OptimizerSpec[] = [
  ...names(OPTIMIZERS).map((type): OptimizerSpec => ({ type, learningRate: 0.01 })),
  { type: 'sgd', learningRate: 0.01, momentum: 0.9, nesterov: true },
  { type: 'rmsprop', learningRate: 0.01, momentum: 0.9 },
  { type: 'adamw', groups: [{ parameters: ['bias', 'W1'], rateFactor: 0.5, weightDecay: 0 }] },
];
const SCHEDULE_SPECS = names(SCHEDULES).map((type): ScheduleSpec => ({ type }));

const layers: fc.Arbitrary<readonly LayerSpec[]> = fc.array(
  fc.record({
    units: fc.integer({ min: 1, max: 9 }),
    activation: fc.constantFrom('gelu', 'relu', 'tanh'),
    normalization: fc.constantFrom('batch', 'layer', null),
    dropout: fc.constantFrom(0, 0.3),
  }),
  { minLength: 1, maxLength: 3 },
);

interface Configuration {
  readonly optimizer: OptimizerSpec;
  readonly schedule: ScheduleSpec;
  readonly embedding: EmbeddingSpec | null;
  readonly layers: readonly LayerSpec[];
  readonly clipGradientNorm: number | null;
  readonly averaging: { readonly decay: number } | null;
}

/** The state of a training after a step. */
interface TrainingState {
  readonly step: number;
  readonly state: ReturnType<Trainer['state']>;
  readonly schedule: readonly number[];
}

/** Runs the steps up to `end`, from the start or from the state of another training. */
function train(
  configuration: Configuration,
  createKernels: CreateKernels,
  end: number,
  from: TrainingState | null,
): TrainingState {
  const { optimizer, embedding, layers: hidden, clipGradientNorm, averaging } = configuration;
  const options = { createKernels, optimizer, embedding, clipGradientNorm, averaging, l2: 0.01 };
  const trainer = sampleTrainer(hidden, { type: 'crossEntropy' }, options);
  const { learningRate } = trainer;
  const schedule = createSchedule(configuration.schedule, {
    learningRate,
    steps: STEPS,
    stepsPerEpoch: STEPS_PER_EPOCH,
  });
  if (from !== null) {
    // Changes the trainer's state first, so that no part of it is right by chance.
    trainer.trainStep(0, BATCH, 1);
    trainer.restoreState(from.state);
    schedule.restore(from.schedule);
  }
  let generator = trainer.generatorState();
  for (let step = from?.step ?? 0; step < end; step++) {
    const batch = step % STEPS_PER_EPOCH;
    if (batch === 0) generator = trainer.generatorState();
    if (batch === 0 || step === from?.step) trainer.order(allRows(), true);
    const { sum } = trainer.trainStep(batch * BATCH, BATCH, schedule.rate(step));
    if (batch === STEPS_PER_EPOCH - 1) schedule.observe(sum);
  }
  // Within an epoch: the state of the generator before it drew the order, so that it draws the same
  // order again.
  const state = end % STEPS_PER_EPOCH === 0 ? trainer.state() : { ...trainer.state(), generator };
  return { step: end, state, schedule: schedule.state() };
}

describe.each(BACKENDS)('a training with the $name backend', ({ createKernels }) => {
  describe.each(OPTIMIZER_SPECS)('and %o', (optimizer) => {
    it.each(SCHEDULE_SPECS)('resumes after any step with the bits of an uninterrupted one, its rate %o', (schedule) => {
      const configuration = fc.record({
        optimizer: fc.constant(optimizer),
        schedule: fc.constant(schedule),
        embedding: fc.constantFrom(null, ...EMBEDDINGS),
        layers,
        clipGradientNorm: fc.constantFrom(null, 0.5),
        averaging: fc.constantFrom(null, { decay: 0.8 }),
      });
      const resumesExactly = (given: Configuration, stoppedAfter: number): void => {
        const unbroken = train(given, createKernels, STEPS, null);
        const stopped = train(given, createKernels, stoppedAfter, null);
        expect(train(given, createKernels, STEPS, stopped)).toEqual(unbroken);
      };
      fc.assert(fc.property(configuration, fc.integer({ min: 0, max: STEPS }), resumesExactly), {
        numRuns: 8,
        seed: 1,
      });
    });
  });
});

function names<Table extends object>(table: Table): (keyof Table)[] {
  return Object.keys(table) as (keyof Table)[];
}
