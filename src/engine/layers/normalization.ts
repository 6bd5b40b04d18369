import type { ParameterShape } from '../memory/parameters.ts';
import type { Layer } from './layer.ts';

/** Added to a variance before its root, as PyTorch does. */
export const EPSILON = 1e-5;

/** A kind of normalization. */
export interface Normalization {
  /** Whether its output does not depend on b. */
  readonly cancelsBias: boolean;
  /** Creates it for n units. */
  create(n: number): Layer;
}

/** gamma (n, 1), which starts at 1, and beta (n, 1), which starts at 0. */
export function scaleAndShift(n: number): readonly ParameterShape[] {
  return [columnParameter('gamma', n, 1), columnParameter('beta', n, 0)];
}

/** A parameter (n, 1) whose elements start at `start`. */
export function columnParameter(
  name: string,
  n: number,
  start: number,
  kind: ParameterShape['kind'] = 'normalization',
): ParameterShape {
  return { name, shape: [n, 1], kind, initial: () => start };
}
