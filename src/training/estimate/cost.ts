import { sizeOf } from '../../engine/network/size.ts';
import { learnedParameters } from '../../engine/network/spec.ts';
import { updateCostOf } from '../../engine/optimizers/hiddenWeights.ts';
import { createOptimizer } from '../../engine/optimizers/optimizers.ts';
import type { DatasetShape } from '../resolve/shape.ts';
import type { TrainingSpec } from '../schemas/spec.ts';
import { networkOf } from './networkOf.ts';

/** The estimated cost of a training. */
export interface TrainingCost {
  readonly secondsPerEpoch: number;
  /** The time to read, fit, measure and write the model. */
  readonly secondsAround: number;
  readonly modelBytes: number;
}

/**
 * Floating-point operations a second of one core in mid-sized products: half of what `npm run bench
 * -- steps` shows for AVX2.
 */
const OPERATIONS_PER_SECOND = 3e10;
/** Each of the three products of a step has a multiplication and an addition. */
const OPERATIONS_PER_MULTIPLY_ADD = 6;
/** A multiply-add of the optimizer's own products. */
const OPERATIONS_PER_UPDATE_MULTIPLY_ADD = 2;
/** The time of a step without its products. */
const STEP_SECONDS = 2e-5;
/** The time to read a value of the table and to measure the model on its row. */
const VALUE_SECONDS = 2e-8;
const JOB_SECONDS = 5e-3;
const PARAMETER_BYTES = 4;

/** Estimates the cost from the shapes alone: good enough for "seconds or hours", not for a bill. */
export function estimateCost(spec: TrainingSpec, dataset: DatasetShape): TrainingCost {
  const { rows, columns } = dataset;
  const network = networkOf(spec, dataset);
  const { parameters, statistics, multiplyAdds } = sizeOf(network);
  const { batchSize, optimizer } = spec.training;
  const update = updateCostOf(createOptimizer(optimizer), learnedParameters(network));
  const steps = batchSize === 'full' ? 1 : Math.ceil(rows / batchSize);
  const operations =
    rows * multiplyAdds * OPERATIONS_PER_MULTIPLY_ADD +
    steps * update.multiplyAdds * OPERATIONS_PER_UPDATE_MULTIPLY_ADD;
  return {
    secondsPerEpoch: operations / OPERATIONS_PER_SECOND + steps * STEP_SECONDS,
    secondsAround: JOB_SECONDS + rows * columns.length * VALUE_SECONDS,
    modelBytes: (parameters + statistics) * PARAMETER_BYTES,
  };
}
