import type { Queries } from '../../store/database/database.ts';
import type { ParameterRow } from '../../store/database/tables.ts';

/** Measured while training, not learned. */
const RUNNING_STATISTICS = new Set(['mean', 'var']);

/** How many numbers of a model were learned. */
export function parameterCountOf(parameters: readonly Pick<ParameterRow, 'name' | 'shape'>[]): number {
  return parameters
    .filter(({ name }) => !RUNNING_STATISTICS.has(name))
    .map(({ shape }): readonly [number, number] => JSON.parse(shape))
    .reduce((sum, [rows, columns]) => sum + rows * columns, 0);
}

/** The same of the model of that id. */
export async function countParameters(queries: Queries, modelId: string): Promise<number> {
  const shapes = await queries
    .selectFrom('parameters')
    .select(['name', 'shape'])
    .where('modelId', '=', modelId)
    .execute();
  return parameterCountOf(shapes);
}
