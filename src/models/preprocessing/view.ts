import { columnInputs } from '../../features/columns.ts';
import type { FittedFeatures } from '../../features/features.ts';
import { layoutOf } from '../../features/transform.ts';
import type { Description } from '../stored/description.ts';
import { OUTPUT_OF_LOSS } from './outputs.ts';
import type { Preprocessing } from './schemas.ts';

/** The preprocessing of a network, as the API shows it. */
export function preprocessingOf({ features, embedding, layers, loss, fittedTarget }: Description): Preprocessing {
  return {
    inputs: layoutOf(features).inputs,
    columns: columnsOf(features),
    embedding:
      embedding === null ? null : { type: embedding.type, width: embedding.width, inputs: [...embedding.columns] },
    layers: layers.map(({ activation, normalization }, index) => ({ layer: index + 1, activation, normalization })),
    output: OUTPUT_OF_LOSS[loss.type],
    target: fittedTarget,
  };
}

function columnsOf({ columns }: FittedFeatures): Preprocessing['columns'] {
  let next = 0;
  return columns.map((fitted) => {
    const inputs = columnInputs(fitted);
    const firstInput = next;
    next += inputs.length;
    return { fitted, firstInput, inputs };
  });
}
