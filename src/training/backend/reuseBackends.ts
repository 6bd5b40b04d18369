import type { CreateKernels, Kernels } from '../../engine/kernels/kernels.ts';

/** Larger ones are not worth the memory that an idle thread would occupy. */
const MAX_NUMBERS = 2 ** 21;

/**
 * Backends for consecutive trainings, of which only the last is in use: one of the same size as the
 * previous one reuses its memory, cleared. Allocating and freeing memory takes longer than the
 * steps of a small training.
 */
export function reuseBackends(createKernels: CreateKernels): CreateKernels {
  let last: Kernels | undefined;
  return (size) => {
    const { numbers, indices } = size;
    if (last?.values.length === numbers && last.indices.length === indices) {
      last.values.fill(0);
      last.indices.fill(0);
      return last;
    }
    last = undefined;
    const created = createKernels(size);
    if (numbers + indices <= MAX_NUMBERS) last = created;
    return created;
  };
}
