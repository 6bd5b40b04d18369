import type { DatasetRows } from '../../datasets/schemas.ts';
import type { Job } from '../../jobs/schemas.ts';
import type { Model } from '../../models/schemas.ts';
import type { Server } from '../client/client.ts';
import { type EpochLoss, lossChart } from '../terminal/lossChart.ts';
import { formatCount, formatMeasure } from '../terminal/numbers.ts';
import { shorten, table } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';

const SPLITS = ['training', 'validation', 'test'] as const;
/** A confusion matrix of more classes than this is too wide to read. */
const MAX_CLASSES_SHOWN = 8;
const CLASS_WIDTH = 12;
const CURL_WIDTH = 76;

/** A chart of the losses of every epoch, and the epoch of the best parameters. */
export function lossReport(losses: readonly EpochLoss[], { best, progress }: Job, terminal: Terminal): string {
  const end =
    progress && progress.epoch < progress.epochs
      ? `Stopped early after epoch ${progress.epoch}`
      : 'All epochs finished';
  const bestEpoch = best ? `; the model has the parameters of the best one, ${best.epoch}` : '';
  return `\n${lossChart(losses, terminal)}${end}${bestEpoch}.\n`;
}

/** The networks that the model of an ensemble averages. */
export function ensembleReport(snapshots: NonNullable<Model['snapshots']>): string {
  const networks = new Set(snapshots.map(({ member }) => member)).size;
  return `\nThe model averages ${snapshots.length} snapshots of ${networks} networks.\n`;
}

/** Why there is no model. */
export function failureReport({ state, error }: Job): string {
  return error ? `The job ${state}: ${error.message}` : `The job was ${state} by another client.`;
}

/** The metrics of each split side by side, and the confusion matrix of the test rows. */
export function metricsReport(model: Model, terminal: Terminal): string {
  const splits = SPLITS.filter((split) => model.metrics[split]);
  const names = new Set(splits.flatMap((split) => Object.keys(scalars(model.metrics[split]))));
  const rows = [...names].map((name) => [
    name,
    ...splits.map((split) => {
      const value = scalars(model.metrics[split])[name];
      return value === undefined ? '' : formatMeasure(value);
    }),
  ]);
  const columns = [{ title: '' }, ...splits.map((title) => ({ title, align: 'right' as const }))];
  return `\n${table(columns, rows, terminal)}${confusionReport(model, terminal)}`;
}

function scalars(metrics: Model['metrics']['test']): Readonly<Record<string, number>> {
  const entries = Object.entries(metrics ?? {}).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  return Object.fromEntries(entries);
}

function confusionReport({ classes, metrics }: Model, terminal: Terminal): string {
  const matrix = metrics.test?.confusionMatrix;
  if (!matrix || !classes || classes.length > MAX_CLASSES_SHOWN) return '';
  const names = classes.map((name) => shorten(name, CLASS_WIDTH));
  const columns = [{ title: 'true' }, ...names.map((title) => ({ title, align: 'right' as const }))];
  const rows = matrix.map((counts, index) => [names[index] ?? '', ...counts.map(formatCount)]);
  return `\nTest rows by true class (down) and predicted class (across):\n${table(columns, rows, terminal)}`;
}

/** A shell command that predicts one row with the model. */
export function curlReport({ url, key }: Server, model: Model, row: DatasetRows['items'][number]): string {
  const request = model.inputs.map(({ name }) => `${JSON.stringify(name)}: ${JSON.stringify(row[name] ?? null)}`);
  const body = `{"rows": [{\n${fill(request)}\n}]}`.replaceAll("'", "'\\''");
  return [
    `\nModel ${model.id}. Predict one row:`,
    `curl ${url}/v1/models/${model.id}/predict \\`,
    // The key itself is not printed, because people copy and save this text.
    ...(key === undefined ? [] : ['  -H "authorization: Bearer $TRAINYARD_KEY" \\']),
    "  -H 'content-type: application/json' \\",
    `  -d '${body}'\n`,
  ].join('\n');
}

/** The parts separated by commas, as many on a line as fit. */
function fill(parts: readonly string[]): string {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 2 <= CURL_WIDTH) lines[lines.length - 1] = `${last}, ${part}`;
    else lines.push(`    ${part}`);
  }
  return lines.join(',\n');
}
