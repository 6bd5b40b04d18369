import { EVALUATION_ROWS } from '../../engine/network/evaluation.ts';
import { sizeOf } from '../../engine/network/size.ts';
import { learnedParameters } from '../../engine/network/spec.ts';
import { updateCostOf } from '../../engine/optimizers/hiddenWeights.ts';
import { createOptimizer } from '../../engine/optimizers/optimizers.ts';
import type { DatasetShape } from '../resolve/shape.ts';
import type { TrainingSpec } from '../schemas/spec.ts';
import type { TrainingSettings } from '../schemas/training.ts';
import { networkOf } from './networkOf.ts';

/** A thread with its code, DuckDB and the kernels. */
const THREAD_BYTES = 64 * 2 ** 20;
/** A value of the table: float64, or a code with its share of the dictionary. */
const TABLE_VALUE_BYTES = 8;
/**
 * A dense input of a row: float32 in the matrix, which jobs on the same data share, and in the
 * arena.
 */
const INPUT_BYTES = 8;
/** A code of a categorical column, in the same two places. */
const CODE_BYTES = 8;
/** A float32. */
const NUMBER_BYTES = 4;
/** The target, its value in its own unit and the weight: float64. */
const ROW_BYTES = 24;
/** A number that a step stores for each row: float32. */
const ACTIVATION_BYTES = 4;
/** An input of a row of the batch: 4 bytes in the arena, and a margin of 12. */
const BATCH_INPUT_BYTES = 16;

/** Upper estimate of a training's memory, in bytes. */
export function estimateMemory(spec: TrainingSpec, dataset: DatasetShape): number {
  const { rows, columns } = dataset;
  const network = networkOf(spec, dataset);
  const { dense, oneHot } = network;
  const { parameters, statistics, activations } = sizeOf(network);
  const { batchSize, optimizer } = spec.training;
  const { scratch } = updateCostOf(createOptimizer(optimizer), learnedParameters(network));
  const batch = batchSize === 'full' ? rows : Math.min(rows, Math.max(batchSize, EVALUATION_ROWS));
  return (
    THREAD_BYTES +
    rows * columns.length * TABLE_VALUE_BYTES +
    rows * (dense * INPUT_BYTES + oneHot.length * CODE_BYTES) +
    (parameters + statistics) * parameterBytes(spec.training) +
    scratch * NUMBER_BYTES +
    batch * ((dense + oneHot.length) * BATCH_INPUT_BYTES + activations * ACTIVATION_BYTES)
  );
}

/** Upper estimate of the prepared rows, in bytes. */
export function estimatePrepared(spec: TrainingSpec, dataset: DatasetShape): number {
  const { dense, oneHot } = networkOf(spec, dataset);
  return dataset.rows * ((dense + oneHot.length) * NUMBER_BYTES + ROW_BYTES);
}

/**
 * Bytes of a parameter. The arena has the parameter, its gradient, the optimizer's state, the
 * average and the copy of the best epoch. While a checkpoint is written, there are copies of the
 * parameter, the state and the average, and the bytes of all and of the best epoch. An evaluation
 * of the average copies the parameters, which a checkpoint never does at the same time.
 */
function parameterBytes({ optimizer, averaging }: Pick<TrainingSettings, 'optimizer' | 'averaging'>): number {
  const copies = createOptimizer(optimizer).stateMatrices + (averaging === null ? 0 : 1);
  const inArena = 3 + copies;
  const inCheckpoint = 1 + copies + (2 + copies);
  return (inArena + inCheckpoint) * NUMBER_BYTES;
}
