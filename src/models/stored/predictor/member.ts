import type { CreateKernels } from '../../../engine/kernels/kernels.ts';
import type { LossSpec } from '../../../engine/losses/losses.ts';
import type { Parameter } from '../../../engine/memory/parameters.ts';
import { createNetwork, type Network } from '../../../engine/network/network.ts';
import { sizeOf } from '../../../engine/network/size.ts';
import { layoutOf } from '../../../features/transform.ts';
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
  const spec = { ...layoutOf(features), layers };
  const { multiplyAdds } = sizeOf(spec);
  const network = createNetwork(spec, {
    batchSize: chunkRowsFor(multiplyAdds),
    // The description is written from a loss of the engine's table, which checks it again.
    loss: loss as LossSpec,
    createKernels(size) {
      bytes = size.numbers * LARGEST_NUMBER_BYTES;
      return createKernels(size);
    },
  });
  network.writeParameters(parameters);
  return { columns, readAs, features, fittedTarget, network, multiplyAdds, bytes };
}
