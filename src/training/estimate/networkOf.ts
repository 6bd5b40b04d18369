import { sizeOf } from '../../engine/network/size.ts';
import type { NetworkSpec } from '../../engine/network/spec.ts';
import { selectFeatureColumns } from '../../features/selectFeatureColumns.ts';
import { sizedEmbedding } from '../resolve/embedding.ts';
import { countInputs, countNumberColumns } from '../resolve/features.ts';
import { reservedColumns } from '../resolve/resolve.ts';
import type { DatasetShape } from '../resolve/shape.ts';
import type { TrainingSpec } from '../schemas/spec.ts';

/** An estimate of the network of a training. The exact number of inputs depends on the rows. */
export interface EstimatedNetwork extends Required<NetworkSpec> {
  /** Inputs that are not one-hot. */
  readonly dense: number;
}

export function networkOf(spec: TrainingSpec, dataset: DatasetShape): EstimatedNetwork {
  const { used } = selectFeatureColumns(dataset.columns, spec.features, reservedColumns(spec));
  const { inputs, dense, oneHot } = countInputs(used, spec.features);
  const embedding = sizedEmbedding(spec.network.embedding, countNumberColumns(used));
  const output = { units: outputsOf(spec, dataset), activation: 'linear' } as const;
  return { inputs, dense, oneHot, embedding, layers: [...spec.network.layers, output] };
}

/** Learned numbers. */
export function countParameters(spec: TrainingSpec, dataset: DatasetShape): number {
  return sizeOf(networkOf(spec, dataset)).parameters;
}

/** Units of the output layer. */
function outputsOf({ task, target }: TrainingSpec, { columns }: DatasetShape): number {
  if (task !== 'multiclass') return 1;
  return columns.find(({ name }) => name === target)?.distinct ?? 1;
}
