import { dimensionsOf } from '../../engine/network/dimensions.ts';
import { networkOf } from '../estimate/networkOf.ts';
import type { DatasetShape } from '../resolve/shape.ts';
import type { TrainingSpec } from '../schemas/spec.ts';
import type { InspectResponse } from './schemas.ts';

/** The dimension table of a training's network. The number of its inputs is an estimate. */
export function trainingDimensions(spec: TrainingSpec, dataset: DatasetShape): InspectResponse {
  const network = networkOf(spec, dataset);
  const { batchSize, optimizer, averaging } = spec.training;
  const m = batchSize === 'full' ? dataset.rows : batchSize;
  // The schema's type only differs in its mutable lists.
  return {
    inputs: network.inputs,
    batchSize: m,
    ...dimensionsOf(network, m, { optimizer, averaging }),
  } as InspectResponse;
}
