import type { Mistakes } from './mistakes.ts';
import { asNumber, type DatasetShape, requireColumn } from './shape.ts';

/** Whether the column can weigh rows: numbers, none of them negative. */
export function checkWeightColumn(name: string | null, dataset: DatasetShape, mistakes: Mistakes): void {
  const column = name === null ? undefined : requireColumn(dataset, name, '/weightColumn', mistakes);
  if (column === undefined) return;
  const least = asNumber(column.min);
  if (column.type !== 'numeric')
    mistakes.add('/weightColumn', `Weights are numbers; '${column.name}' is ${column.type}.`);
  else if (least !== undefined && least < 0)
    mistakes.add('/weightColumn', `Weights are not negative; '${column.name}' goes down to ${least}.`);
}
