import { EVALUATION_ROWS } from '../../engine/network/evaluation.ts';
import { createOptimizer, type OptimizerSpec } from '../../engine/optimizers/optimizers.ts';
import { selectFeatureColumns } from '../../features/selectFeatureColumns.ts';
import { countInputs } from '../resolve/features.ts';
import { reservedColumns } from '../resolve/resolve.ts';
import type { DatasetShape } from '../resolve/shape.ts';
import type { TrainingSpec } from '../schemas/spec.ts';

/** A thread with its code, DuckDB and the kernels. */
const THREAD_BYTES = 64 * 2 ** 20;
/** A value of the table: float64, or a code with its share of the dictionary. */
const TABLE_VALUE_BYTES = 8;
/**
 * A dense input of a row: float32, once in the matrix, which jobs on the same data share, and once
 * in the kernels' arena.
 */
const INPUT_BYTES = 8;
/** The code of a categorical column, once in either. */
const CODE_BYTES = 8;
/** A float32. */
const NUMBER_BYTES = 4;
/** A unit of an example of the batch: Z, A, dZ and the normalized Z. */
const ACTIVATION_BYTES = 16;

/** What a training takes at most, about, in bytes. */
export function estimateMemory(spec: TrainingSpec, dataset: DatasetShape): number {
  const { rows, columns } = dataset;
  const { used } = selectFeatureColumns(columns, spec.features, reservedColumns(spec));
  const { inputs, dense, oneHotColumns } = countInputs(used, spec.features);
  const units = spec.network.layers.map((layer) => layer.units);
  const widths = [inputs, ...units, outputsOf(spec, dataset)];
  const parameters = widths.slice(1).reduce((sum, n, layer) => sum + n * (widths[layer] + 1), 0);
  const { batchSize } = spec.training;
  const batch = batchSize === 'full' ? rows : Math.min(rows, Math.max(batchSize, EVALUATION_ROWS));
  const activations = batch * (dense + oneHotColumns + widths.slice(1).reduce((sum, n) => sum + n, 0));
  return (
    THREAD_BYTES +
    rows * columns.length * TABLE_VALUE_BYTES +
    rows * (dense * INPUT_BYTES + oneHotColumns * CODE_BYTES) +
    parameters * parameterBytes(spec.training.optimizer) +
    activations * ACTIVATION_BYTES
  );
}

/**
 * Bytes of a parameter. In the arena: itself, its gradient, the optimizer's state and the best
 * epoch's copy. While a checkpoint is written: copies of itself and the state, and these with the
 * best epoch's as bytes.
 */
function parameterBytes(optimizer: OptimizerSpec): number {
  const { stateMatrices } = createOptimizer(optimizer);
  const inArena = 3 + stateMatrices;
  const inCheckpoint = 1 + stateMatrices + (2 + stateMatrices);
  return (inArena + inCheckpoint) * NUMBER_BYTES;
}

/** Units of the output layer. */
export function outputsOf({ task, target }: TrainingSpec, { columns }: DatasetShape): number {
  if (task !== 'multiclass') return 1;
  return columns.find(({ name }) => name === target)?.distinct ?? 1;
}
