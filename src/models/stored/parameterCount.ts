import type { ParameterRow } from '../../store/tables.ts';
import { readShape } from './shapes.ts';

/** Measured in training, not learned. */
const RUNNING_STATISTICS = new Set(['mean', 'var']);

/** The number of learned values of a model. */
export function parameterCountOf(parameters: readonly Pick<ParameterRow, 'name' | 'shape'>[]): number {
  return parameters
    .filter(({ name }) => !RUNNING_STATISTICS.has(name))
    .map(({ shape }) => readShape(shape))
    .reduce((sum, [rows, columns]) => sum + rows * columns, 0);
}
