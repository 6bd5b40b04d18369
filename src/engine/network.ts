import { infer } from './forward.ts';
import type { CreateKernels, Kernels } from './kernels/kernels.ts';
import type { Loss } from './losses/loss.ts';
import { createLoss, type LossSpec } from './losses/losses.ts';
import type { Numbers } from './matrix.ts';
import { type Parameter, readParameters, writeParameters } from './parameters.ts';
import { type Plan, planNetwork } from './plan/plan.ts';
import { completeLayers, type NetworkSpec } from './spec.ts';

/** A network that answers. */
export interface Network {
  readonly inputs: number;
  readonly outputs: number;
  /** Every parameter in the notes' shape, running statistics included. */
  readParameters(): readonly Parameter[];
  /** Puts parameters in; those not named stay. Throws RangeError on one that the network lacks, or of another shape. */
  writeParameters(parameters: readonly Parameter[]): void;
  /** The last layer's A for each row of X, `inputs` numbers a row: `outputs` numbers a row. */
  outputsFor(X: Numbers): Float64Array;
  /** The same in the target's own terms: probabilities, rates, values. */
  predict(X: Numbers): Float64Array;
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
  const plan = planNetwork(spec.inputs, completeLayers(spec), batchSize, null);
  return networkOver(createKernels(plan.size), plan, createLoss(loss));
}

/** The network that lies in an arena. */
export function networkOver(kernels: Kernels, plan: Plan, loss: Loss): Network {
  const { inputs, outputs, batch, layers } = plan;
  const { A } = layers[layers.length - 1];

  function pass(X: Numbers, m: number): void {
    kernels.values.set(X, batch.X);
    infer(kernels, plan, m);
  }

  function inParts(X: Numbers, run: (part: Numbers, m: number) => void): Float64Array {
    const rows = X.length / inputs;
    if (!Number.isInteger(rows)) throw new RangeError(`${X.length} numbers are no rows of ${inputs}`);
    const answers = new Float64Array(rows * outputs);
    for (let first = 0; first < rows; first += batch.rows) {
      const m = Math.min(batch.rows, rows - first);
      run(X.subarray(first * inputs, (first + m) * inputs), m);
      answers.set(kernels.values.subarray(A, A + m * outputs), first * outputs);
    }
    return answers;
  }

  return {
    inputs,
    outputs,
    readParameters: () => readParameters(kernels.values, plan),
    writeParameters: (parameters) => writeParameters(kernels.values, plan, parameters),
    outputsFor: (X) => inParts(X, pass),
    predict: (X) =>
      inParts(X, (part, m) => {
        pass(part, m);
        loss.predict(kernels, A, m, outputs);
      }),
  };
}
