import type { DatasetRows } from '../../datasets/schemas.ts';
import type { PredictResponse } from '../../models/predict/schemas.ts';
import { formatPercent } from '../terminal/numbers.ts';
import { type TableColumn, table } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';

const COLUMNS: readonly TableColumn[] = [
  { title: 'months', align: 'right' },
  { title: 'contract' },
  { title: 'internet' },
  { title: 'a month', align: 'right' },
  { title: 'chance to leave', align: 'right' },
  { title: 'predicted' },
  { title: 'true' },
];

/** Customers that the network has never seen: the prediction for each, and the actual outcome. */
export function predictionsReport(
  rows: DatasetRows['items'],
  predictions: PredictResponse['predictions'],
  terminal: Terminal,
): string {
  const lines = rows.map((row, index) => {
    const prediction = predictions[index];
    const [label, chance] = prediction && 'label' in prediction ? [prediction.label, prediction.probabilities.Yes] : [];
    return [
      String(row.tenure),
      String(row.Contract),
      String(row.InternetService),
      Number(row.MonthlyCharges).toFixed(2),
      chance === undefined ? '' : formatPercent(chance),
      label ?? '',
      String(row.Churn),
    ];
  });
  return `\nCustomers from the test rows, which the network has never seen:\n${table(COLUMNS, lines, terminal)}`;
}
