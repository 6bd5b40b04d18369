import type { CreateKernels, Kernels } from '../kernels/kernels.ts';
import { checkCodes, fillUnknownCategory, loadUnknownCategory, NO_CODE, NO_CODES } from '../layers/oneHot.ts';
import type { Loss } from '../losses/loss.ts';
import { createLoss, type LossSpec } from '../losses/losses.ts';
import type { Numbers } from '../matrix.ts';
import { type Parameter, readParameters, writeParameters } from '../memory/parameters.ts';
import { infer } from './forward.ts';
import { type Plan, planNetwork } from './plan.ts';
import { completeLayers, type NetworkSpec } from './spec.ts';

/** A network that answers. */
export interface Network {
  readonly inputs: number;
  readonly outputs: number;
  /** Every parameter in the notes' shape, running statistics included. */
  readParameters(): readonly Parameter[];
  /** Puts parameters in; those not named stay. Throws RangeError on one that the network lacks, or of another shape. */
  writeParameters(parameters: readonly Parameter[]): void;
  /** The last layer's A for each row, `outputs` numbers a row. X has a row's dense inputs, `codes` (see Rows) its one-hot ones. */
  outputsFor(X: Numbers, codes?: Int32Array): Float64Array;
  /** The same in the target's own terms: probabilities, rates, values. */
  predict(X: Numbers, codes?: Int32Array): Float64Array;
}

export interface NetworkOptions {
  readonly createKernels: CreateKernels;
  /** Rows that go through the network at once; longer inputs go in parts. */
  readonly batchSize: number;
  /** What the outputs stand for. */
  readonly loss: LossSpec;
}

/** A network for predictions alone; all its parameters are 0 until they are written. */
export function createNetwork(spec: NetworkSpec, { createKernels, batchSize, loss }: NetworkOptions): Network {
  const plan = planNetwork(spec, completeLayers(spec), batchSize, null);
  const kernels = createKernels(plan.size);
  loadUnknownCategory(kernels.values, plan);
  return networkOver(kernels, plan, createLoss(loss));
}

/** The network that lies in an arena. */
export function networkOver(kernels: Kernels, plan: Plan, loss: Loss): Network {
  const { inputs, dense, oneHot, outputs, batch, layers } = plan;
  const columns = oneHot?.columns.length ?? 0;
  const { A } = layers[layers.length - 1];

  function pass(X: Numbers, codes: Int32Array, m: number): void {
    kernels.values.set(X, batch.X);
    if (oneHot !== null) kernels.indices.set(codes, oneHot.batchCodesIndex);
    infer(kernels, plan, m);
  }

  function inBatches(X: Numbers, codes: Int32Array, finish: (m: number) => void): Float64Array {
    const rows = dense > 0 ? X.length / dense : codes.length / columns;
    if (!Number.isInteger(rows)) throw new RangeError(`${X.length} numbers are no rows of ${dense}`);
    checkCodes(plan, codes, rows);
    if (codes.includes(NO_CODE)) fillUnknownCategory(kernels, plan);
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
    readParameters: () => readParameters(kernels.values, plan),
    writeParameters: (parameters) => writeParameters(kernels.values, plan, parameters),
    outputsFor: (X, codes = NO_CODES) => inBatches(X, codes, () => {}),
    predict: (X, codes = NO_CODES) => inBatches(X, codes, (m) => loss.predict(kernels, A, m, outputs)),
  };
}
