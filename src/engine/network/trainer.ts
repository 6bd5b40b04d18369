import type { CreateKernels, Kernels, ProductInputs } from '../kernels/kernels.ts';
import type { Loss } from '../losses/loss.ts';
import { createLoss, type LossSpec } from '../losses/losses.ts';
import type { Numbers } from '../matrix.ts';
import { type Averaging, restoreModel, withAverage, writeModel } from '../memory/average.ts';
import { initializeParameters, type Parameter, readGradients } from '../memory/parameters.ts';
import { updateCostOf } from '../optimizers/hiddenWeights.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { createOptimizer, type OptimizerSpec } from '../optimizers/optimizers.ts';
import { createGenerator, type GeneratorState, restoreGenerator } from '../random.ts';
import { type ActivationDump, dumpActivations } from './activationDump.ts';
import { createEvaluation, EVALUATION_ROWS, type Evaluate } from './evaluation.ts';
import { checkRowIndices, loadRows, type Rows } from './loadRows.ts';
import { type Network, networkOver } from './network.ts';
import { type Plan, planNetwork } from './plan.ts';
import type { Penalties } from './regularization.ts';
import { usefulThreads } from './size.ts';
import { learnedParameters, type NetworkSpec } from './spec.ts';
import { createSteps, type Steps } from './steps.ts';

export interface TrainerOptions extends Partial<Penalties> {
  readonly createKernels: CreateKernels;
  /** Rows of a step at most. */
  readonly batchSize: number;
  /** Rows of the dataset, all splits together. */
  readonly datasetRows: number;
  readonly loss: LossSpec;
  readonly optimizer: OptimizerSpec;
  /** Whether rows have weights of their own. Default: false. */
  readonly weighted?: boolean;
  /**
   * The model is a moving average of the parameters: evaluations, predictions, snapshots and
   * `readParameters` use the average. Default: null, the parameters themselves.
   */
  readonly averaging?: Averaging | null;
  /** Upper limit for the norm of the gradient of all parameters. Default: null, no limit. */
  readonly clipGradientNorm?: number | null;
  /**
   * Numbers that the products of the steps and of `evaluate` read. Parameters, gradients and
   * everything else have the backend's own precision. Default: float32.
   */
  readonly precision?: ProductInputs;
  /** Determines the initial parameters, the orders and the dropout masks. */
  readonly seed: number;
  /** Whether `dumpActivations` finds Z, dA and dZ of every layer. Default: false. */
  readonly storesActivationGradients?: boolean;
}

/** What a training resumes from, bit for bit. */
interface TrainerState {
  /** Parameters, running statistics, the optimizer's state and the average. */
  readonly values: Numbers;
  /** Steps completed. */
  readonly step: number;
  readonly generator: GeneratorState;
}

/** A network in training, with its dataset in the same arena. */
export interface Trainer extends Network, Steps {
  /** The optimizer's own rate, which schedules start from. */
  readonly learningRate: number;
  /** How many threads speed up its steps. */
  readonly maxThreads: number;
  /**
   * Sets the number of threads, 1 to `maxThreads`; 1 at first. The results are the same bits for
   * any number.
   */
  setThreads(count: number): void;
  /**
   * Copies rows into the dataset, from row `first` on. Throws RangeError when they do not fit or a
   * target is impossible.
   */
  load(first: number, rows: Rows): void;
  /**
   * Sets the rows of the dataset that steps go through, in the order given or shuffled by the
   * trainer's generator.
   * Throws RangeError on rows that the dataset does not have.
   */
  order(rows: Int32Array, shuffled: boolean): void;
  /** Loss and predictions of rows of the dataset, outside training. */
  readonly evaluate: Evaluate;
  /** The same without rounding to bfloat16: what a model with these parameters predicts. */
  readonly evaluateModel: Evaluate;
  /**
   * The gradients of the last pass under the parameters' names. After computeGradients they are not
   * clipped.
   */
  readGradients(): readonly Parameter[];
  /** Z, A, dA and dZ of every layer for the last pass's m rows. */
  dumpActivations(m: number): readonly ActivationDump[];
  /** A copy of the model: parameters and running statistics. */
  snapshot(): Numbers;
  /** Throws RangeError on a snapshot of another network. */
  restore(snapshot: Numbers): void;
  state(): TrainerState;
  /** The state of the generator that shuffles the orders. */
  generatorState(): GeneratorState;
  /**
   * Resumes from another trainer's state. Throws RangeError when its network or optimizer was
   * another.
   */
  restoreState(state: TrainerState): void;
}

/** Throws RangeError or TypeError when the network, the loss or the optimizer is impossible. */
export function createTrainer(spec: NetworkSpec, options: TrainerOptions): Trainer {
  const { seed, l1 = 0, l2 = 0, clipGradientNorm: maxNorm = null, averaging = null } = options;
  const { batchSize, precision = 'float32' } = options;
  const loss = createLoss(options.loss);
  const optimizer = createOptimizer(options.optimizer);
  const { groups = [] } = options.optimizer;
  const plan = planTraining(spec, loss, optimizer, options);
  const kernels = options.createKernels(plan.size);
  const trainingKernels = kernels.withProductInputs(precision);
  const { values, indices } = kernels;
  const progress = { seed, step: 0 };
  let generator = createGenerator(seed);
  initializeParameters(values, plan.parameters, generator);
  if (loss.classWeights !== null) values.set(loss.classWeights, plan.classWeights);
  const network = networkOver(kernels, plan, loss);

  /** Before the first step, the model is the initial parameters. */
  function withModel<Result>(use: () => Result): Result {
    return averaging === null || progress.step === 0 ? use() : withAverage(values, plan, use);
  }

  function evaluation(kernels: Kernels): Evaluate {
    const evaluate = createEvaluation(kernels, plan, loss);
    return (rows, onPredictions) => withModel(() => evaluate(rows, onPredictions));
  }

  return {
    ...network,
    readParameters: () => withModel(network.readParameters),
    writeParameters: (given) => writeModel(values, plan, given),
    outputsFor: (X, codes) => withModel(() => network.outputsFor(X, codes)),
    predict: (X, codes) => withModel(() => network.predict(X, codes)),
    ...createSteps(
      {
        ...{ kernels: trainingKernels, plan, maxRows: batchSize, loss, optimizer, groups, maxNorm },
        averageDecay: averaging?.decay ?? null,
        penalties: { l1, l2 },
      },
      progress,
    ),
    learningRate: optimizer.learningRate,
    maxThreads: usefulThreads(spec, batchSize, optimizer, kernels),
    setThreads: kernels.setThreads,
    load: (first, rows) => loadRows(kernels, plan, loss, first, rows),
    order(rows, shuffled) {
      checkRowIndices(plan, rows);
      indices.set(rows, plan.orderIndex);
      if (shuffled) generator.shuffle(indices.subarray(plan.orderIndex, plan.orderIndex + rows.length));
    },
    evaluate: evaluation(trainingKernels),
    evaluateModel: evaluation(kernels),
    readGradients: () => readGradients(values, plan.parameters),
    dumpActivations: (m) => dumpActivations(values, plan, m),
    snapshot: () => withModel(() => values.slice(0, plan.model.count)),
    restore: (snapshot) => restoreModel(values, plan, checkLength(snapshot, plan.model.count)),
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
  { classWeights, targetColumns }: Loss,
  optimizer: Optimizer,
  { batchSize, datasetRows, weighted = false, averaging = null, storesActivationGradients = false }: TrainerOptions,
): Plan {
  const outputs = spec.layers[spec.layers.length - 1]?.units ?? 0;
  const plan = planNetwork(spec, Math.max(batchSize, Math.min(datasetRows, EVALUATION_ROWS)), {
    datasetRows,
    targetColumns: targetColumns(outputs),
    weighted,
    classWeights: classWeights?.length ?? 0,
    optimizerMatrices: optimizer.stateMatrices,
    hiddenMatrices: optimizer.hiddenWeights?.stateMatrices,
    optimizerScratch: updateCostOf(optimizer, learnedParameters(spec)).scratch,
    averages: averaging !== null,
    storesActivationGradients,
  });
  if (classWeights !== null && classWeights.length !== outputs)
    throw new RangeError(`Expected ${outputs} class weights, got ${classWeights.length}.`);
  return plan;
}

function checkLength(numbers: Numbers, count: number): Numbers {
  if (numbers.length !== count)
    throw new RangeError(`Expected ${count} numbers of this training, got ${numbers.length}.`);
  return numbers;
}
