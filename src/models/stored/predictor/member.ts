import type { CreateKernels } from '../../../engine/kernels/kernels.ts';
import type { Parameter } from '../../../engine/memory/parameters.ts';
import { createNetwork, type Network } from '../../../engine/network/network.ts';
import { sizeOf } from '../../../engine/network/size.ts';
import { layoutOf } from '../../../features/transform.ts';
import type { Description } from '../description.ts';

/**
 * A network in memory: the only one of a model, or one of those whose predictions an ensemble
 * averages.
 */
export interface Member extends Pick<Description, 'columns' | 'readAs' | 'features' | 'fittedTarget'> {
  readonly network: Network;
  /** Multiply-adds of a row. */
  readonly multiplyAdds: number;
  /** Memory of the network. */
  readonly bytes: number;
}

/** Parsing and writing this many rows takes 1 to 2 ms. */
const CHUNK_ROWS = 256;
/** Multiply-adds of a chunk at most: another 2 ms at 45 billion a second, 5 ms in WebAssembly. */
const CHUNK_MULTIPLY_ADDS = 1e8;
const LARGEST_NUMBER_BYTES = 8;

/** The number of rows to predict at once, for a given cost of a row. */
export function chunkRowsFor(multiplyAdds: number): number {
  return Math.max(1, Math.min(CHUNK_ROWS, Math.floor(CHUNK_MULTIPLY_ADDS / multiplyAdds)));
}

export function createMember(
  { columns, readAs, features, fittedTarget, embedding, layers, loss }: Description,
  parameters: readonly Parameter[],
  createKernels: CreateKernels,
): Member {
  let bytes = 0;
  const spec = { ...layoutOf(features), embedding, layers };
  const { multiplyAdds } = sizeOf(spec);
  const network = createNetwork(spec, {
    batchSize: chunkRowsFor(multiplyAdds),
    loss,
    createKernels(size) {
      bytes = size.numbers * LARGEST_NUMBER_BYTES;
      return createKernels(size);
    },
  });
  network.writeParameters(parameters);
  return { columns, readAs, features, fittedTarget, network, multiplyAdds, bytes };
}
