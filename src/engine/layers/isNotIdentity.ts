import type { Activation } from '../kernels/kernels.ts';

/** Whether an activation, there or back, has anything to do: a linear one in place has not. */
export function isNotIdentity(activation: Activation, to: number, from: number): boolean {
  return activation !== 'linear' || to !== from;
}
