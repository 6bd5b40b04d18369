import type { ParameterShape } from '../../memory/parameters.ts';
import type { LayerCost } from '../layer.ts';

/** A parameter with one row for each embedded input or bin. */
export function embeddedShape(
  name: string,
  rows: number,
  columns: number,
  initial: ParameterShape['initial'],
): ParameterShape {
  return { name, shape: [rows, columns], isRowMajor: true, kind: 'embedding', initial };
}

/** The cost of an embedding. Threads share a part of it that is small beside the first product. */
export function embeddingCost(outputs: number, multiplyAdds: number): LayerCost {
  // E, and the two buffers that gradients alternate between.
  return { multiplyAdds, sharedMultiplyAdds: 0, activations: 3 * outputs };
}
