import { selectFeatureColumns } from '../../features/selectFeatureColumns.ts';
import { countInputs } from '../resolve/features.ts';
import { reservedColumns } from '../resolve/resolve.ts';
import type { DatasetShape } from '../resolve/shape.ts';
import type { TrainingSpec } from '../schemas/spec.ts';
import { outputsOf } from './memory.ts';

/** What a training costs, about. */
export interface TrainingCost {
  readonly secondsPerEpoch: number;
  /** Reading, fitting, measuring and writing the model. */
  readonly secondsAround: number;
  readonly modelBytes: number;
}

/** Floating point operations a second of one core in products of usual sizes: half of what `npm run bench -- steps` shows for AVX2. */
const OPERATIONS_PER_SECOND = 3e10;
/** There and back twice, a multiplication and an addition each. */
const OPERATIONS_PER_WEIGHT = 6;
/** What a step takes beside its products. */
const STEP_SECONDS = 2e-5;
/** Of a value of the table: reading it, and measuring the model on its row. */
const VALUE_SECONDS = 2e-8;
const JOB_SECONDS = 5e-3;
const PARAMETER_BYTES = 4;

/** Before anything is run, from the shapes alone: good for "seconds or hours", not for a bill. */
export function estimateCost(spec: TrainingSpec, dataset: DatasetShape): TrainingCost {
  const { rows, columns } = dataset;
  const { used } = selectFeatureColumns(columns, spec.features, reservedColumns(spec));
  const { inputs, dense, oneHotColumns } = countInputs(used, spec.features);
  const units = [...spec.network.layers.map((layer) => layer.units), outputsOf(spec, dataset)];
  // A row has one input of each categorical column, and the others cost nothing.
  const weights = weightsBetween([dense + oneHotColumns, ...units]);
  const { batchSize } = spec.training;
  const steps = batchSize === 'full' ? 1 : Math.ceil(rows / batchSize);
  return {
    secondsPerEpoch: (rows * weights * OPERATIONS_PER_WEIGHT) / OPERATIONS_PER_SECOND + steps * STEP_SECONDS,
    secondsAround: JOB_SECONDS + rows * columns.length * VALUE_SECONDS,
    modelBytes:
      (weightsBetween([inputs, ...units]) + units.reduce((sum, n) => sum + n, 0) + normalizationParameters(spec)) *
      PARAMETER_BYTES,
  };
}

/** gamma and beta, and the mean and var that a batch's normalization measures. */
function normalizationParameters({ network }: TrainingSpec): number {
  const perUnit = { batch: 4, layer: 2 };
  return network.layers.reduce(
    (sum, { units, normalization }) => sum + (normalization ? perUnit[normalization] * units : 0),
    0,
  );
}

function weightsBetween(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, n, layer) => sum + n * widths[layer], 0);
}
