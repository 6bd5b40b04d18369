import type { CreateKernels, Kernels } from '../kernels/kernels.ts';
import { NO_CODE } from '../layers/inputs.ts';
import type { Loss } from '../losses/loss.ts';
import { createLoss, type LossSpec } from '../losses/losses.ts';
import type { Numbers } from '../matrix.ts';
import { type Parameter, readParameters, writeParameters } from '../memory/parameters.ts';
import { forward, prepareInference } from './forward.ts';
import { checkCodes, NO_CODES, writeConstants, writeInputs } from './loadRows.ts';
import { type Plan, planNetwork } from './plan.ts';
import type { NetworkSpec } from './spec.ts';

/** A network that predicts. */
export interface Network {
  readonly inputs: number;
  readonly outputs: number;
  /** Copies every parameter in the notes' shape, running statistics included. */
  readParameters(): readonly Parameter[];
  /**
   * Overwrites the parameters given; the others stay as they are.
   * Throws RangeError on a parameter that the network does not have, or of another shape.
   */
  writeParameters(parameters: readonly Parameter[]): void;
  /**
   * A[L] of each row, `outputs` numbers a row. X has the rows' dense inputs, `codes` the one-hot
   * ones (see `Rows`).
   * Throws RangeError when their lengths are not those of whole rows, or a code is impossible.
   */
  outputsFor(X: Numbers, codes?: Int32Array): Float64Array;
  /** The same in the target's own terms: probabilities, rates, values. */
  predict(X: Numbers, codes?: Int32Array): Float64Array;
}

export interface NetworkOptions {
  readonly createKernels: CreateKernels;
  /** Rows of one pass at most. Longer inputs need several passes. */
  readonly batchSize: number;
  /** Defines what the outputs mean. */
  readonly loss: LossSpec;
}

/** Creates a network that only predicts. Its learned parameters are 0 until they are written. */
export function createNetwork(spec: NetworkSpec, { createKernels, batchSize, loss }: NetworkOptions): Network {
  const plan = planNetwork(spec, batchSize, null);
  return networkOver(createKernels(plan.size), plan, createLoss(loss));
}

/** The network in an arena. */
export function networkOver(kernels: Kernels, plan: Plan, loss: Loss): Network {
  writeConstants(kernels, plan);
  const { inputs, dense, oneHot, outputs, batch, A, parameters } = plan;
  const columns = oneHot.length;

  function pass(X: Numbers, codes: Int32Array, m: number): void {
    writeInputs(kernels.values, batch.X, X, plan);
    kernels.indices.set(codes, batch.codesIndex);
    forward(kernels, plan, m, null);
  }

  function inBatches(X: Numbers, codes: Int32Array, finish: (m: number) => void): Float64Array {
    const rows = dense > 0 ? X.length / dense : codes.length / columns;
    if (!Number.isInteger(rows))
      throw new RangeError(`Expected whole rows of ${dense} numbers, got ${X.length} numbers.`);
    checkCodes(oneHot, codes, rows);
    if (codes.includes(NO_CODE)) prepareInference(kernels, plan);
    const results = new Float64Array(rows * outputs);
    for (let first = 0; first < rows; first += batch.rows) {
      const m = Math.min(batch.rows, rows - first);
      const end = first + m;
      pass(X.subarray(first * dense, end * dense), codes.subarray(first * columns, end * columns), m);
      finish(m);
      results.set(kernels.values.subarray(A, A + m * outputs), first * outputs);
    }
    return results;
  }

  return {
    inputs,
    outputs,
    readParameters: () => readParameters(kernels.values, parameters),
    writeParameters: (given) => writeParameters(kernels.values, parameters, given),
    outputsFor: (X, codes = NO_CODES) => inBatches(X, codes, () => {}),
    predict: (X, codes = NO_CODES) => inBatches(X, codes, (m) => loss.predict(kernels, A, m, outputs)),
  };
}
