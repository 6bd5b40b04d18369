import { NONE } from '../kernels/kernels.ts';
import type { Allocator } from './allocator.ts';
import type { ParameterSlot } from './parameters.ts';

/**
 * Offsets of a parameter and its gradient. The gradient is `NONE` in a network that only predicts.
 */
interface ParameterOffsets {
  readonly value: number;
  readonly gradient: number;
}

/**
 * The arena as one layer sees it while the network is planned. Every number is an offset into it.
 */
export interface LayerMemory {
  /** m: the most rows of a pass. */
  readonly rows: number;
  /** False for a network that only predicts. */
  readonly isTraining: boolean;
  /** Whether every output and every gradient must survive the pass, to be read afterwards. */
  readonly storesAll: boolean;
  /** Throws RangeError on a parameter that the layer has not declared. */
  parameter(name: string): ParameterOffsets;
  /** Allocates `count` numbers that only this layer writes. */
  allocate(count: number): number;
  /** Allocates `count` integers in `indices` that only this layer writes. */
  allocateIndices(count: number): number;
  /**
   * A buffer for a gradient of at most `rows` rows of the widest layer. The gradient after the next
   * may overwrite it.
   */
  gradient(count: number): number;
}

/** Rules that hold for every layer of a plan. */
export interface MemoryRules extends Pick<LayerMemory, 'rows' | 'isTraining' | 'storesAll'> {
  /** Numbers a row of the widest layer. */
  readonly widest: number;
}

/** Creates each layer's view of the arena, from the slots of its parameters. */
export function createLayerMemories(
  { allocate, allocateIndices }: Allocator,
  { rows, isTraining, storesAll, widest }: MemoryRules,
): (slots: readonly ParameterSlot[]) => LayerMemory {
  const gradient = createGradientBuffers();

  /**
   * A layer reads the gradient of its outputs and writes that of its inputs: two buffers in turn
   * are enough.
   */
  function createGradientBuffers(): LayerMemory['gradient'] {
    if (!isTraining) return () => NONE;
    if (storesAll) return allocate;
    const buffers = [allocate(widest * rows), allocate(widest * rows)] as const;
    let next = 0;
    return () => buffers[next++ % 2 === 0 ? 0 : 1];
  }

  return (slots) => ({
    rows,
    isTraining,
    storesAll,
    allocate,
    allocateIndices,
    gradient,
    parameter(name) {
      const slot = slots.find((candidate) => candidate.name === name);
      if (slot === undefined) throw new RangeError(`The layer has not declared a parameter ${name}.`);
      return { value: slot.offset, gradient: slot.gradient };
    },
  });
}
