import type { CreateKernels } from '../../../engine/kernels/kernels.ts';
import type { LossSpec } from '../../../engine/losses/losses.ts';
import type { Parameter } from '../../../engine/memory/parameters.ts';
import type { Network } from '../../../engine/network/network.ts';
import { createNetwork } from '../../../engine/network/network.ts';
import { type InputLayout, layoutOf } from '../../../features/transform.ts';
import type { Description } from '../description.ts';

/** One of the networks that answer for a model: its only one, or one of those whose answers an ensemble averages. */
export interface Member extends Pick<Description, 'columns' | 'readAs' | 'features' | 'fittedTarget'> {
  readonly network: Network;
  /** What a row takes. */
  readonly multiplyAdds: number;
  /** What it takes of memory. */
  readonly bytes: number;
}

/** Reading and writing so many rows takes a millisecond or two. */
const CHUNK_ROWS = 256;
/** Multiply-adds of a chunk at most: one or two milliseconds more. */
const CHUNK_MULTIPLY_ADDS = 2.5e7;
const LARGEST_NUMBER_BYTES = 8;

/** Rows that are best predicted at once where a row takes so many multiply-adds. */
export function chunkRowsFor(multiplyAdds: number): number {
  return Math.max(1, Math.min(CHUNK_ROWS, Math.floor(CHUNK_MULTIPLY_ADDS / multiplyAdds)));
}

export function createMember(
  { columns, readAs, features, fittedTarget, layers, loss }: Description,
  parameters: readonly Parameter[],
  createKernels: CreateKernels,
): Member {
  let bytes = 0;
  const layout = layoutOf(features);
  const multiplyAdds = countMultiplyAdds(parameters, layout);
  const network = createNetwork(
    { ...layout, layers },
    {
      batchSize: chunkRowsFor(multiplyAdds),
      // The description is written from a loss of the engine's table, which checks it again.
      loss: loss as LossSpec,
      createKernels(size) {
        bytes = size.numbers * LARGEST_NUMBER_BYTES;
        return createKernels(size);
      },
    },
  );
  network.writeParameters(parameters);
  return { columns, readAs, features, fittedTarget, network, multiplyAdds, bytes };
}

/** One-hot inputs cost nothing: of all columns together no row reads more than a few. */
function countMultiplyAdds(parameters: readonly Parameter[], { oneHot }: InputLayout): number {
  const all = parameters.reduce((sum, { values }) => sum + values.length, 0);
  const firstUnits = parameters.find(({ layer, name }) => layer === 1 && name === 'W')?.shape[0] ?? 0;
  return all - firstUnits * oneHot.reduce((sum, { inputs }) => sum + inputs - 1, 0);
}
