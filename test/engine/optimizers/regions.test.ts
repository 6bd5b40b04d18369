import { describe, expect, it } from 'vitest';
import type { LayerSpec } from '../../../src/engine/layers/layerSpec.ts';
import { planNetwork } from '../../../src/engine/network/plan.ts';
import { createTrainer, type Trainer } from '../../../src/engine/network/trainer.ts';
import { findGroupConflicts, type ParameterGroup } from '../../../src/engine/optimizers/groups.ts';
import { createOptimizer, OPTIMIZERS, type OptimizerSpec } from '../../../src/engine/optimizers/optimizers.ts';
import { planRegions } from '../../../src/engine/optimizers/regions.ts';
import { createGenerator } from '../../../src/engine/random.ts';
import { BACKENDS } from '../backends.ts';
import { HIDDEN, ROWS, sampleTrainer } from '../sampleTraining.ts';

const LAYERS: readonly LayerSpec[] = [
  { units: 5, activation: 'relu', normalization: 'batch' },
  { units: 2, activation: 'linear' },
];
const TRAINING = {
  datasetRows: 0,
  targetColumns: 2,
  weighted: false,
  classWeights: 0,
  optimizerMatrices: 2,
  optimizerScratch: 0,
  averages: false,
  storesActivationGradients: false,
};
/** Two matrices of state, so that each region finds its part of both. */
const ADAMW = createOptimizer({ type: 'adamw', weightDecay: 0.1 });
const plan = planNetwork({ inputs: 3, layers: LAYERS }, 4, TRAINING);

function group(parameters: readonly string[], rateFactor = 1, weightDecay = 0): ParameterGroup {
  return { parameters, rateFactor, weightDecay };
}

/** The names of the parameters in each region. */
function namesOf(groups: readonly ParameterGroup[]): readonly (readonly string[])[] {
  return planRegions(plan, ADAMW, groups).map(({ X, count }) =>
    plan.parameters
      .filter(({ kind, offset }) => kind !== 'statistic' && offset >= X && offset < X + count)
      .map(({ name, layer }) => `${name}${layer}`)
      .toSorted(),
  );
}

describe('the regions of an optimizer', () => {
  it('are one without groups', () => {
    const { learned, gradients, optimizerMatrices } = plan;
    expect(planRegions(plan, ADAMW, [])).toEqual([
      {
        X: learned.offset,
        dX: gradients.offset,
        state: optimizerMatrices.map(({ offset }) => offset),
        count: learned.count,
        rateFactor: 1,
        weightDecay: 0.1,
      },
    ]);
  });

  it('are two where all kinds but the weights have equal settings', () => {
    expect(namesOf([group(['bias', 'normalization', 'embedding'])])).toEqual([
      ['W1', 'W2'],
      ['b1', 'b2', 'beta1', 'gamma1'],
    ]);
    expect(namesOf([group(['bias']), group(['normalization'])])).toHaveLength(2);
  });

  it('split where a parameter has settings of its own', () => {
    expect(namesOf([group(['W2', 'b1', 'b2'], 1, 0)])).toEqual([['W1'], ['W2', 'b1', 'b2'], ['beta1', 'gamma1']]);
    expect(namesOf([group(['b1'], 2, 0.1)])).toEqual([['W1', 'W2'], ['b1'], ['b2', 'beta1', 'gamma1']]);
  });

  it('are one again where the settings of a group are those of the optimizer', () => {
    expect(namesOf([group(['W2', 'bias'], 1, 0.1)])).toHaveLength(1);
  });

  it('cover every parameter, its gradient and its state once', () => {
    const { learned, gradients, optimizerMatrices } = plan;
    const regions = planRegions(plan, ADAMW, [group(['W2'], 3), group(['bias'], 0.5)]);
    expect(regions.reduce((sum, { count }) => sum + count, 0)).toBe(learned.count);
    for (const [index, { X, dX, state, count }] of regions.entries()) {
      expect(X).toBe(index === 0 ? learned.offset : regions[index - 1].X + regions[index - 1].count);
      expect(dX - gradients.offset).toBe(X - learned.offset);
      expect(state).toEqual(optimizerMatrices.map(({ offset }) => offset + X - learned.offset));
      expect(count).toBeGreaterThan(0);
    }
  });

  it('reject a parameter that the network does not have, and one in two groups', () => {
    expect(() => planRegions(plan, ADAMW, [group(['W3'])])).toThrow('The network has no parameter W3');
    expect(() => planRegions(plan, ADAMW, [group(['mean1'])])).toThrow('The network has no parameter mean1');
    expect(() => planRegions(plan, ADAMW, [group(['bias']), group(['b2'])])).toThrow('select b2 twice');
  });
});

describe('the conflicts of groups', () => {
  it('are entries that name nothing, or what an earlier entry names', () => {
    const groups = [group(['bias', 'W9', 'embedding']), group(['b1', 'normalization']), group(['gamma1', 'embedding'])];
    expect(findGroupConflicts(groups, plan.parameters)).toEqual([
      { group: 0, entry: 1, given: 'W9', selectedTwice: null },
      { group: 1, entry: 0, given: 'b1', selectedTwice: 'b1' },
      { group: 2, entry: 0, given: 'gamma1', selectedTwice: 'gamma1' },
      { group: 2, entry: 1, given: 'embedding', selectedTwice: 'embedding' },
    ]);
  });
});

const SPECS: readonly OptimizerSpec[] = [
  ...Object.keys(OPTIMIZERS).map((type) => ({ type, learningRate: 0.01, weightDecay: 0.1 }) as OptimizerSpec),
  { type: 'sgd', learningRate: 0.01, momentum: 0.9, weightDecay: 0.1 },
  { type: 'rmsprop', learningRate: 0.01, momentum: 0.9, weightDecay: 0.1 },
];

/** The optimizer with this decay of all parameters. */
function withWeightDecay(optimizer: OptimizerSpec, weightDecay: number): OptimizerSpec {
  return optimizer.type === 'muon'
    ? { ...optimizer, weightDecay, rest: { ...optimizer.rest, weightDecay } }
    : { ...optimizer, weightDecay };
}

describe.each(BACKENDS)('groups with the $name backend', ({ createKernels }) => {
  function trained(optimizer: OptimizerSpec, steps: number): Trainer {
    const trainer = sampleTrainer(HIDDEN, { type: 'mse' }, { createKernels, optimizer });
    for (let step = 0; step < steps; step++) trainer.trainStep(0, ROWS, 0.01);
    return trainer;
  }
  const valuesOf = (trainer: Trainer, named: (name: string) => boolean) =>
    trainer
      .readParameters()
      .filter(({ name, layer }) => named(`${name}${layer}`))
      .map(({ values }) => values);

  it.each(SPECS)('change no bit of the parameters outside them, with %o', (optimizer) => {
    const groups = [group(['W2'], 0.5), group(['b1', 'b3'], 3, 0.2)];
    const isOutside = (name: string) => !['W2', 'b1', 'b3'].includes(name);
    // One step: the gradients of the second depend on all parameters.
    expect(valuesOf(trained({ ...optimizer, groups }, 1), isOutside)).toEqual(
      valuesOf(trained(optimizer, 1), isOutside),
    );
    const isInside = (name: string) => !isOutside(name);
    expect(valuesOf(trained({ ...optimizer, groups }, 1), isInside)).not.toEqual(
      valuesOf(trained(optimizer, 1), isInside),
    );
  });

  it.each(SPECS)('update each parameter as an optimizer with the settings of its group, with %o', (optimizer) => {
    const groups = [group(['weight', 'bias'], 0.5, 0.3)];
    const alike = sampleTrainer(HIDDEN, { type: 'mse' }, { createKernels, optimizer: withWeightDecay(optimizer, 0.3) });
    for (let step = 0; step < 3; step++) alike.trainStep(0, ROWS, 0.005);
    expect(trained({ ...optimizer, groups }, 3).readParameters()).toEqual(alike.readParameters());
  });

  it('leave parameters with the rate factor 0 as they are', () => {
    const groups = [group(['W1', 'bias'], 0, 0.1)];
    const isFrozen = (name: string) => ['W1', 'b1', 'b2', 'b3'].includes(name);
    for (const optimizer of SPECS) {
      expect(valuesOf(trained({ ...optimizer, groups }, 5), isFrozen)).toEqual(
        valuesOf(trained({ ...optimizer, groups }, 0), isFrozen),
      );
    }
  });
});

describe.each(BACKENDS.filter(({ name }) => name.startsWith('native')))(
  'groups with threads of the $name backend',
  ({ createKernels }) => {
    /** Large enough that threads share its updates. */
    const UNITS = 512;

    function bitsWith(threads: number): unknown {
      const trainer = createTrainer(
        {
          inputs: UNITS,
          layers: [
            { units: UNITS, activation: 'relu', normalization: 'layer' },
            { units: 1, activation: 'linear' },
          ],
        },
        {
          createKernels,
          batchSize: ROWS,
          datasetRows: ROWS,
          loss: { type: 'mse' },
          optimizer: { type: 'adamw', groups: [group(['bias', 'normalization']), group(['W2'], 2, 0.1)] },
          seed: 3,
        },
      );
      const generator = createGenerator(5);
      const draw = (count: number) => Float64Array.from({ length: count }, () => generator.normal());
      trainer.load(0, { X: draw(ROWS * UNITS), T: draw(ROWS), rowWeights: null });
      trainer.setThreads(Math.min(threads, trainer.maxThreads));
      for (let step = 0; step < 3; step++) {
        trainer.order(
          Int32Array.from({ length: ROWS }, (_, row) => row),
          true,
        );
        trainer.trainStep(0, ROWS, 0.01);
      }
      const { values } = trainer.state();
      trainer.setThreads(1);
      return values;
    }

    it('give the same bits for any number', () => {
      expect(bitsWith(2)).toEqual(bitsWith(1));
    });
  },
);
