import { backward } from './backward.ts';
import { type Evaluate, evaluation } from './evaluation.ts';
import { forward } from './forward.ts';
import { gatherBatch, holdRows, type Rows } from './held.ts';
import { initialize } from './initialize.ts';
import { type CreateKernels, NONE } from './kernels/kernels.ts';
import type { LossMatrices } from './losses/loss.ts';
import { createLoss, type LossSpec } from './losses/losses.ts';
import type { LossSum } from './lossSum.ts';
import type { Numbers } from './matrix.ts';
import { type Network, networkOver } from './network.ts';
import type { OptimizerMatrices } from './optimizers/optimizer.ts';
import { createOptimizer, type OptimizerSpec } from './optimizers/optimizers.ts';
import { type Parameter, readGradients } from './parameters.ts';
import { type LayerPass, readPass } from './pass.ts';
import { type Plan, planNetwork } from './plan/plan.ts';
import { createGenerator, type GeneratorState, restoreGenerator } from './random.ts';
import { addPenaltyGradients, clipGradientNorm, type Penalties } from './regularization.ts';
import { completeLayers, type NetworkSpec } from './spec.ts';

export interface TrainerOptions extends Partial<Penalties> {
  readonly createKernels: CreateKernels;
  /** The most rows of a step. */
  readonly batchSize: number;
  /** Rows of all parts of the data together. */
  readonly heldRows: number;
  readonly loss: LossSpec;
  readonly optimizer: OptimizerSpec;
  /** Whether rows have weights of their own. */
  readonly weighted?: boolean;
  /** The greatest norm of the gradient of all parameters together; null: any. */
  readonly clipGradientNorm?: number | null;
  /** Names the initial parameters, the orders and the dropout masks. */
  readonly seed: number;
  /** Whether `readPass` shall find every layer's dA and dZ. */
  readonly keepsActivationGradients?: boolean;
}

/** All that a training goes on from, to the bit. */
export interface TrainerState {
  /** Parameters, running statistics and the optimizer's memory. */
  readonly values: Numbers;
  /** Steps taken. */
  readonly step: number;
  readonly generator: GeneratorState;
}

/** A network being trained on rows that lie in its arena. */
export interface Trainer extends Network {
  /** The optimizer's own rate, which schedules start from. */
  readonly learningRate: number;
  /** The fewest rows of a step: 2 with batch normalization. */
  readonly fewestRows: number;
  /** Puts rows into the arena, from held row `first` on. Throws RangeError when they do not fit or a target is impossible. */
  hold(first: number, rows: Rows): void;
  /** The order of held rows that steps go through, shuffled by the trainer's generator or as given. */
  order(rows: Int32Array, shuffled: boolean): void;
  /** One step on m rows of the order from `start` on. Gives the loss before it; a diverged one is not finite. */
  trainStep(start: number, m: number, rate: number): LossSum;
  /** The gradients of those rows' mean loss and of the penalties, without a step. */
  computeGradients(start: number, m: number): LossSum;
  /** The loss of held rows outside training; `see` gets the predictions part by part. */
  readonly evaluate: Evaluate;
  /** The gradients of the last pass, unclipped after computeGradients, under the parameters' names. */
  readGradients(): readonly Parameter[];
  /** Z, A, dA and dZ of every layer for the last pass's m rows. */
  readPass(m: number): readonly LayerPass[];
  /** A copy of parameters and running statistics: the best epoch's, say. */
  snapshot(): Numbers;
  restore(snapshot: Numbers): void;
  state(): TrainerState;
  restoreState(state: TrainerState): void;
}

/** Throws RangeError or TypeError when the network, the loss or the optimizer is impossible. */
export function createTrainer(spec: NetworkSpec, options: TrainerOptions): Trainer {
  const { seed, l1 = 0, l2 = 0, clipGradientNorm: greatestNorm = null } = options;
  const layers = completeLayers(spec);
  const loss = createLoss(options.loss);
  const optimizer = createOptimizer(options.optimizer);
  const outputs = layers[layers.length - 1].units;
  if (loss.classWeights !== null && loss.classWeights.length !== outputs) {
    throw new RangeError(`${loss.classWeights.length} class weights are not ${outputs}`);
  }
  const plan = planNetwork(spec.inputs, layers, options.batchSize, {
    heldRows: options.heldRows,
    targetColumns: loss.targetColumns(outputs),
    weighted: options.weighted ?? false,
    classWeights: loss.classWeights?.length ?? 0,
    optimizerMatrices: optimizer.stateMatrices,
    keepsActivationGradients: options.keepsActivationGradients ?? false,
  });
  const kernels = options.createKernels(plan.size);
  const { values, indices } = kernels;
  if (loss.classWeights !== null) values.set(loss.classWeights, plan.classWeights);

  let generator = createGenerator(seed);
  initialize(values, plan, layers, generator);
  const mask = { seed, step: 0 };
  const penalties = { l1, l2 };
  const lossMatrices = lossMatricesOf(plan);
  const optimizerMatrices = optimizerMatricesOf(plan);
  const fewestRows = Math.max(...plan.layers.map(({ normalization }) => normalization?.fewestRows ?? 1));

  function computeGradients(start: number, m: number): LossSum {
    checkRows(start, m);
    gatherBatch(kernels, plan, plan.orderIndex + start, m);
    forward(kernels, plan, m, mask);
    const sum = loss.sumWithGradient(kernels, lossMatrices, m);
    const weight = loss.totalWeight(kernels, lossMatrices, m);
    backward(kernels, plan, m, weight > 0 ? 1 / weight : 0, mask);
    addPenaltyGradients(kernels, plan, penalties);
    return { sum, weight };
  }

  function checkRows(start: number, m: number): void {
    if (m >= fewestRows && m <= plan.batch.rows && start >= 0 && start + m <= plan.held.rows) return;
    throw new RangeError(`no step of ${m} rows from ${start} on: ${fewestRows} to ${plan.batch.rows} were planned`);
  }

  return {
    ...networkOver(kernels, plan, loss),
    learningRate: optimizer.learningRate,
    fewestRows,
    hold: (first, rows) => holdRows(kernels, plan, loss, first, rows),
    order(rows, shuffled) {
      indices.set(rows, plan.orderIndex);
      if (shuffled) generator.shuffle(indices.subarray(plan.orderIndex, plan.orderIndex + rows.length));
    },
    computeGradients,
    trainStep(start, m, rate) {
      const lossSum = computeGradients(start, m);
      if (greatestNorm !== null) clipGradientNorm(kernels, plan, greatestNorm);
      mask.step += 1;
      optimizer.update(kernels, optimizerMatrices, rate, mask.step);
      return lossSum;
    },
    evaluate: evaluation(kernels, plan, loss, lossMatrices),
    readGradients: () => readGradients(values, plan),
    readPass: (m) => readPass(values, plan, m),
    snapshot: () => values.slice(0, plan.learned.count),
    restore: (snapshot) => values.set(snapshot),
    state: () => ({
      values: values.slice(0, plan.persistent.count),
      step: mask.step,
      generator: generator.state(),
    }),
    restoreState(state) {
      values.set(state.values);
      mask.step = state.step;
      generator = restoreGenerator(state.generator);
    },
  };
}

function lossMatricesOf({ layers, batch, classWeights, outputs }: Plan): LossMatrices {
  const { A, dA } = layers[layers.length - 1];
  return { A, dA, T: batch.T, rowWeights: batch.rowWeights, classWeights, n: outputs };
}

function optimizerMatricesOf({ parameters, gradients, optimizerState }: Plan): OptimizerMatrices {
  const state = optimizerState.count > 0 ? optimizerState.offset : NONE;
  return { X: parameters.offset, dX: gradients.offset, state, count: parameters.count };
}
