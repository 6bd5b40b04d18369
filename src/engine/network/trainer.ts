import type { CreateKernels, ProductInputs } from '../kernels/kernels.ts';
import { loadUnknownCategory } from '../layers/oneHot.ts';
import type { Loss } from '../losses/loss.ts';
import { createLoss, type LossSpec } from '../losses/losses.ts';
import type { Numbers } from '../matrix.ts';
import { type Parameter, readGradients } from '../memory/parameters.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { createOptimizer, type OptimizerSpec } from '../optimizers/optimizers.ts';
import { createGenerator, type GeneratorState, restoreGenerator } from '../random.ts';
import { type ActivationDump, dumpActivations } from './activationDump.ts';
import { EVALUATION_ROWS, type Evaluate, evaluation } from './evaluation.ts';
import { initialize } from './initialize.ts';
import { checkRowIndices, loadRows, type Rows } from './loadRows.ts';
import { type Network, networkOver } from './network.ts';
import { type Plan, planNetwork } from './plan.ts';
import type { Penalties } from './regularization.ts';
import { type CompleteLayer, completeLayers, type NetworkSpec } from './spec.ts';
import { createSteps, type Steps } from './steps.ts';
import { usefulThreads } from './usefulThreads.ts';

export interface TrainerOptions extends Partial<Penalties> {
  readonly createKernels: CreateKernels;
  /** The most rows of a step. */
  readonly batchSize: number;
  /** Rows of all parts of the data together. */
  readonly datasetRows: number;
  readonly loss: LossSpec;
  readonly optimizer: OptimizerSpec;
  /** Whether rows have weights of their own. */
  readonly weighted?: boolean;
  /** The greatest norm of the gradient of all parameters together; null: any. */
  readonly clipGradientNorm?: number | null;
  /** What the products of the steps and of `evaluate` take in; parameters, gradients and all else stay as the player has them. */
  readonly precision?: ProductInputs;
  /** Names the initial parameters, the orders and the dropout masks. */
  readonly seed: number;
  /** Whether `readPass` shall find every layer's Z, dA and dZ. */
  readonly storesActivationGradients?: boolean;
}

/** All that a training goes on from, to the bit. */
interface TrainerState {
  /** Parameters, running statistics and the optimizer's memory. */
  readonly values: Numbers;
  /** Steps taken. */
  readonly step: number;
  readonly generator: GeneratorState;
}

/** A network being trained on rows that lie in its arena. */
export interface Trainer extends Network, Steps {
  /** The optimizer's own rate, which schedules start from. */
  readonly learningRate: number;
  /** How many threads its steps gain from. */
  readonly maxThreads: number;
  /** From now on so many threads play, 1 to `maxThreads`; 1 until then. The bits do not depend on it. */
  setThreads(count: number): void;
  /** Puts rows into the arena, from held row `first` on. Throws RangeError when they do not fit or a target is impossible. */
  load(first: number, rows: Rows): void;
  /**
   * The held rows that steps go through, in the order given or shuffled by the trainer's generator.
   * Throws RangeError on rows that were not planned.
   */
  order(rows: Int32Array, shuffled: boolean): void;
  /** The loss of held rows outside training; `see` gets the predictions part by part. */
  readonly evaluate: Evaluate;
  /** The same without the training's rounding to bfloat16: what a model with these parameters will predict. */
  readonly evaluateModel: Evaluate;
  /** The gradients of the last pass, unclipped after computeGradients, under the parameters' names. */
  readGradients(): readonly Parameter[];
  /** Z, A, dA and dZ of every layer for the last pass's m rows. */
  dumpActivations(m: number): readonly ActivationDump[];
  /** A copy of parameters and running statistics: the best epoch's, say. */
  snapshot(): Numbers;
  /** Throws RangeError on a snapshot of another network. */
  restore(snapshot: Numbers): void;
  state(): TrainerState;
  /** The state of the generator that shuffles the orders. */
  generatorState(): GeneratorState;
  /** Goes on from another trainer's state. Throws RangeError when its network or optimizer was another. */
  restoreState(state: TrainerState): void;
}

/** Throws RangeError or TypeError when the network, the loss or the optimizer is impossible. */
export function createTrainer(spec: NetworkSpec, options: TrainerOptions): Trainer {
  const { seed, l1 = 0, l2 = 0, clipGradientNorm: maxNorm = null } = options;
  const { batchSize, precision = 'float32' } = options;
  const layers = completeLayers(spec);
  const loss = createLoss(options.loss);
  const optimizer = createOptimizer(options.optimizer);
  const plan = planTraining(spec, layers, loss, optimizer, options);
  const kernels = options.createKernels(plan.size);
  const trainingKernels = kernels.withProductInputs(precision);
  const { values, indices } = kernels;
  const progress = { seed, step: 0 };
  let generator = createGenerator(seed);
  initialize(values, plan, layers, generator);
  loadUnknownCategory(values, plan);
  if (loss.classWeights !== null) values.set(loss.classWeights, plan.classWeights);

  return {
    ...networkOver(kernels, plan, loss),
    ...createSteps(
      { kernels: trainingKernels, plan, maxRows: batchSize, loss, optimizer, penalties: { l1, l2 }, maxNorm },
      progress,
    ),
    learningRate: optimizer.learningRate,
    maxThreads: usefulThreads(plan, batchSize, kernels),
    setThreads: kernels.setThreads,
    load: (first, rows) => loadRows(kernels, plan, loss, first, rows),
    order(rows, shuffled) {
      checkRowIndices(plan, rows);
      indices.set(rows, plan.orderIndex);
      if (shuffled) generator.shuffle(indices.subarray(plan.orderIndex, plan.orderIndex + rows.length));
    },
    evaluate: evaluation(trainingKernels, plan, loss),
    evaluateModel: evaluation(kernels, plan, loss),
    readGradients: () => readGradients(values, plan),
    dumpActivations: (m) => dumpActivations(values, plan, m),
    snapshot: () => values.slice(0, plan.learned.count),
    restore: (snapshot) => values.set(checkLength(snapshot, plan.learned.count)),
    state: () => ({
      values: values.slice(0, plan.persistent.count),
      step: progress.step,
      generator: generator.state(),
    }),
    generatorState: () => generator.state(),
    restoreState(state) {
      values.set(checkLength(state.values, plan.persistent.count));
      progress.step = state.step;
      generator = restoreGenerator(state.generator);
    },
  };
}

function planTraining(
  spec: NetworkSpec,
  layers: readonly CompleteLayer[],
  { classWeights, targetColumns }: Loss,
  { stateMatrices }: Optimizer,
  { batchSize, datasetRows, weighted = false, storesActivationGradients = false }: TrainerOptions,
): Plan {
  const outputs = layers[layers.length - 1].units;
  if (classWeights !== null && classWeights.length !== outputs) {
    throw new RangeError(`${classWeights.length} class weights are not ${outputs}`);
  }
  return planNetwork(spec, layers, Math.max(batchSize, Math.min(datasetRows, EVALUATION_ROWS)), {
    datasetRows,
    targetColumns: targetColumns(outputs),
    weighted,
    classWeights: classWeights?.length ?? 0,
    optimizerMatrices: stateMatrices,
    storesActivationGradients,
  });
}

function checkLength(numbers: Numbers, count: number): Numbers {
  if (numbers.length !== count) throw new RangeError(`${numbers.length} numbers are not the ${count} of this training`);
  return numbers;
}
