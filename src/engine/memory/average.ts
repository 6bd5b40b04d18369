import { type Kernels, NONE } from '../kernels/kernels.ts';
import type { Numbers } from '../matrix.ts';
import type { Region } from './allocator.ts';
import { type Parameter, type ParameterSlot, writeParameters } from './parameters.ts';

/** Exponential moving average P of the model: its parameters and running statistics. */
export interface Averaging {
  /** After each step, P := decay P + (1 - decay) X. After the first step, P is a copy of X. */
  readonly decay: number;
}

/** Where the model and its average are in the arena. */
interface ModelPlan {
  readonly parameters: readonly ParameterSlot[];
  readonly model: Region;
  /** Offset of the average; NONE: there is none. */
  readonly average: number;
}

/** Moves the average towards the model after step number `step`, from 1. */
export function updateAverage(kernels: Kernels, { average, model }: ModelPlan, decay: number, step: number): void {
  kernels.average(average, model.offset, model.count, step === 1 ? 0 : decay);
}

/** Runs `use` with the average in the place of the model. */
export function withAverage<Result>(values: Numbers, { average, model }: ModelPlan, use: () => Result): Result {
  const trained = values.slice(model.offset, model.offset + model.count);
  values.copyWithin(model.offset, average, average + model.count);
  try {
    return use();
  } finally {
    values.set(trained, model.offset);
  }
}

/** Overwrites the parameters given, of the model and of its average if there is one. */
export function writeModel(
  values: Numbers,
  { average, model, parameters }: ModelPlan,
  given: readonly Parameter[],
): void {
  writeParameters(values, parameters, given);
  if (average === NONE) return;
  const averaged = parameters.map((slot) => ({ ...slot, offset: slot.offset - model.offset + average }));
  writeParameters(values, averaged, given);
}

/** Copies a snapshot to the model and to its average if there is one. */
export function restoreModel(values: Numbers, { average, model }: ModelPlan, snapshot: Numbers): void {
  values.set(snapshot, model.offset);
  if (average !== NONE) values.set(snapshot, average);
}
