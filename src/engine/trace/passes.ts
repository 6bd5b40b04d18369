import { type Kernels, NONE } from '../kernels/kernels.ts';
import { createReferenceKernels } from '../kernels/reference/reference.ts';
import type { TrainingStep } from '../layers/layer.ts';
import type { Loss } from '../losses/loss.ts';
import { createLoss, type LossSpec } from '../losses/losses.ts';
import { initializeParameters, type Parameter, writeParameters } from '../memory/parameters.ts';
import { backward } from '../network/backward.ts';
import { forward, prepareInference } from '../network/forward.ts';
import { writeConstants, writeInputs } from '../network/loadRows.ts';
import { lossMatricesOf } from '../network/matrices.ts';
import { type Plan, planNetwork } from '../network/plan.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { createGenerator } from '../random.ts';

/** What a trace computes with. All inputs of the network are dense. */
export interface TraceInput {
  readonly spec: NetworkSpec;
  readonly loss: LossSpec;
  /** The parameters that are given; the others are drawn from the seed. */
  readonly parameters: readonly Parameter[];
  /** Inputs (n[0], m), all inputs of a row together. */
  readonly X: Float64Array;
  /** Targets, all numbers of a row together. Null: only the forward pass is possible. */
  readonly T: Float64Array | null;
  /** m. */
  readonly rows: number;
  /**
   * `train`: dropout, and batch normalization over the rows. `predict`: neither; running statistics
   * replace those of the rows.
   */
  readonly mode: 'train' | 'predict';
  /** Determines the parameters that are drawn, and the dropout masks. */
  readonly seed: number;
}

/** The passes over all rows at once, on the reference backend in float64. */
export interface Passes {
  readonly kernels: Kernels;
  readonly plan: Plan;
  readonly loss: LossSpec;
  readonly m: number;
  /** J: the mean loss of the rows; NaN without targets. Running statistics do not change. */
  forward(): number;
  /** Computes every gradient after `forward`. dA and dZ are of m J, all others of J. */
  backward(): void;
}

/**
 * Plans a network and writes its rows. Throws RangeError when the network, a parameter or a target
 * is impossible, or when the rows are too few for batch normalization.
 */
export function createPasses(given: TraceInput): Passes {
  const input = given.mode === 'train' ? given : { ...given, spec: withoutDropout(given.spec) };
  const { spec, rows: m, mode, seed } = input;
  const loss = createLoss(input.loss);
  const plan = planTrace(input, loss);
  const kernels = createReferenceKernels(plan.size);
  writeNetwork(kernels, plan, input);
  writeRows(kernels, plan, loss, input);
  const matrices = lossMatricesOf(plan);
  const weight = loss.totalWeight(kernels, matrices, m);
  const step: TrainingStep | null = mode === 'train' ? { seed, step: 0 } : null;
  const statistics = kernels.values.slice(plan.learned.count, plan.model.count);
  return {
    kernels,
    plan,
    loss: input.loss,
    m,
    forward() {
      if (step === null) prepareInference(kernels, plan);
      forward(kernels, plan, m, step);
      kernels.values.set(statistics, plan.learned.count);
      return input.T === null ? Number.NaN : loss.sum(kernels, matrices, m) / weight;
    },
    backward() {
      loss.sumWithGradient(kernels, matrices, m);
      backward(kernels, plan, m, 1 / weight, step);
      if (step === null) addBiasGradients(kernels, plan, spec, m, 1 / weight);
    },
  };
}

function withoutDropout(spec: NetworkSpec): NetworkSpec {
  return { ...spec, layers: spec.layers.map((layer) => ({ ...layer, dropout: 0 })) };
}

function planTrace({ spec, rows, mode }: TraceInput, { classWeights, targetColumns }: Loss): Plan {
  const outputs = spec.layers[spec.layers.length - 1]?.units ?? 0;
  const plan = planNetwork(spec, rows, {
    datasetRows: 0,
    targetColumns: targetColumns(outputs),
    weighted: false,
    classWeights: classWeights?.length ?? 0,
    optimizerMatrices: 0,
    optimizerScratch: 0,
    averages: false,
    storesActivationGradients: true,
  });
  if (mode === 'train' && rows < plan.minRows)
    throw new RangeError(`Expected at least ${plan.minRows} rows for batch normalization, got ${rows}.`);
  if (classWeights !== null && classWeights.length !== outputs)
    throw new RangeError(`Expected ${outputs} class weights, got ${classWeights.length}.`);
  return plan;
}

function writeNetwork(kernels: Kernels, plan: Plan, { parameters, seed }: TraceInput): void {
  writeConstants(kernels, plan);
  initializeParameters(kernels.values, plan.parameters, createGenerator(seed));
  writeParameters(kernels.values, plan.parameters, parameters);
}

function writeRows(kernels: Kernels, plan: Plan, loss: Loss, { X, T, rows }: TraceInput): void {
  const { batch, classWeights, outputs, dense, targetColumns } = plan;
  if (X.length !== rows * dense) throw new RangeError(`Expected ${rows * dense} inputs, got ${X.length}.`);
  writeInputs(kernels.values, batch.X, X, plan);
  if (loss.classWeights !== null) kernels.values.set(loss.classWeights, classWeights);
  if (T === null) return;
  if (T.length !== rows * targetColumns)
    throw new RangeError(`Expected ${rows * targetColumns} targets, got ${T.length}.`);
  for (let e = 0; e < T.length; e++) kernels.values[batch.T + e] = loss.target(T[e], outputs);
}

/**
 * db where batch normalization follows. In training it cancels b, so that the engine leaves db at
 * 0; with running statistics it does not.
 */
function addBiasGradients(kernels: Kernels, { chain, parameters }: Plan, spec: NetworkSpec, m: number, scale: number) {
  for (const { layer, product, outputs, outputGradient } of chain) {
    if (product === undefined || spec.layers[layer - 1]?.normalization !== 'batch') continue;
    const b = parameters.find((slot) => slot.layer === layer && slot.name === 'b');
    if (b !== undefined && b.gradient !== NONE) kernels.biasGradient(b.gradient, outputGradient, m, outputs, scale);
  }
}
