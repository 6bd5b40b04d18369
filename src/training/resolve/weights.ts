import type { Issues } from './issues.ts';
import { asNumber, type DatasetShape, requireColumn } from './shape.ts';

/** Whether the column can contain weights: numbers, none of them negative. */
export function checkWeightColumn(name: string | null, dataset: DatasetShape, issues: Issues): void {
  const column = name === null ? undefined : requireColumn(dataset, name, '/weightColumn', issues);
  if (column === undefined) return;
  const min = asNumber(column.min);
  if (column.type !== 'numeric')
    issues.add('/weightColumn', `Weights must be numbers; '${column.name}' is ${column.type}.`);
  else if (min !== undefined && min < 0)
    issues.add('/weightColumn', `Weights must not be negative; the minimum of '${column.name}' is ${min}.`);
}
