import type { Sweep, SweepPreview } from '../../sweeps/schemas.ts';
import type { Server } from '../client/client.ts';
import { formatBytes, formatCount, formatMeasure, formatSeconds } from '../terminal/numbers.ts';
import { printable } from '../terminal/printable.ts';
import { table } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { headline } from './sweepDisplay.ts';

/**
 * The result of a sweep: its best trial with all parameters, or the Pareto front, and what to do
 * next.
 */
export function sweepReport({ url }: Server, sweep: Sweep, terminal: Terminal): string {
  const { best, front, frontSize, error, id } = sweep;
  const lines = [`\n${headline(sweep)}.\n`];
  if (error) lines.push(`${error.message}\n`);
  if (best) {
    const rows = Object.entries(best.parameters).map(([path, value]) => [path, printable(JSON.stringify(value))]);
    const title = `Best: trial ${best.number}, objective ${formatMeasure(best.objective ?? Number.NaN)}`;
    lines.push(`\n${title}\n${table([{ title: 'parameter' }, { title: 'value' }], rows, terminal)}`);
    if (best.modelId !== null) lines.push(`\nModel ${best.modelId}.\n`);
  }
  if (front) {
    const numbers = front.map(({ number }) => number).join(', ');
    const more =
      (frontSize ?? 0) > front.length ? ` All ${frontSize}: curl ${url}/v1/sweeps/${id}/trials?front=true` : '';
    lines.push(`\nNo other trial beats these in all objectives: ${numbers}.${more}\n`);
  }
  lines.push(`Importance of the hyperparameters: curl ${url}/v1/sweeps/${id}/importance\n`);
  return lines.join('');
}

/** What a sweep would do, with its first trials. */
export function previewReport(preview: SweepPreview, terminal: Terminal): string {
  const { trials, epochs, seconds, bytes, first } = preview;
  const facts = [
    `${formatCount(trials)} trials`,
    ...(epochs ? [`about ${formatCount(epochs.expected)} epochs (${formatCount(epochs.most)} at most)`] : []),
    ...(seconds === null ? [] : [`about ${formatSeconds(seconds)}`]),
    ...(bytes === null ? [] : [`about ${formatBytes(bytes)} of models`]),
  ];
  const names = Object.keys(preview.space);
  const rows = first.map((parameters, number) => [
    String(number),
    ...names.map((name) => (Object.hasOwn(parameters, name) ? printable(JSON.stringify(parameters[name])) : '')),
  ]);
  const columns = [
    { title: 'trial', align: 'right' as const },
    ...names.map((name) => ({ title: name.split('.').at(-1) ?? name })),
  ];
  return `${facts.join(', ')}.\nThe first trials:\n${table(columns, rows, terminal)}`;
}
