import type { Kernels } from '../kernels/kernels.ts';
import type { Plan } from './plan.ts';

/** Multiply-adds of a product that are worth a thread's while: MULTIPLY_ADDS_A_PIECE of grid.h. */
const MULTIPLY_ADDS_PER_THREAD = 2 ** 18;

/** How many threads of its player a step of so many rows gains from: as many as share its largest product. */
export function usefulThreads({ layers }: Plan, rows: number, { maxThreads }: Kernels): number {
  const largest = rows * Math.max(...layers.map(({ dense, n }) => dense * n));
  const chunks = Math.floor(largest / MULTIPLY_ADDS_PER_THREAD);
  return Math.max(1, Math.min(maxThreads, chunks));
}
