import { formatMeasure } from './numbers.ts';

export interface EpochLoss {
  readonly epoch: number;
  readonly trainingLoss: number;
  readonly validationLoss: number | null;
}

export interface ChartStyle {
  /** Characters on a line. */
  readonly columns: number;
  readonly unicode: boolean;
}

const ROWS = 13;
const ROWS_PER_TICK = 3;
/**
 * A loss that falls by more than this factor is drawn on a logarithmic axis. On a linear axis, all
 * but its beginning would be flat.
 */
const MAX_LINEAR_RATIO = 20;

const UNICODE = { training: '•', validation: '○', both: '◉', wall: '│', tick: '┤', corner: '└', floor: '─' };
type Glyphs = typeof UNICODE;
const ASCII: Glyphs = {
  training: '*',
  validation: 'o',
  both: '@',
  wall: '|',
  tick: '+',
  corner: '+',
  floor: '-',
};

interface Axis {
  /** 0 for the smallest loss, 1 for the largest. */
  position(loss: number): number;
  /** The loss at a position. */
  lossAt(place: number): number;
  readonly isLogarithmic: boolean;
}

/** For each column of the chart, the rows that a curve passes through; row 0 is the top. */
type Curve = readonly ReadonlySet<number>[];

/**
 * The losses of a training in one chart with axes and legend, in lines of at most `columns`
 * characters. Non-finite losses are left out; '' if none remain.
 */
export function lossChart(losses: readonly EpochLoss[], style: ChartStyle): string {
  const training = finite(losses.map(({ trainingLoss }) => trainingLoss));
  const validation = finite(losses.map(({ validationLoss }) => validationLoss));
  if (training.length === 0) return '';
  const glyphs = style.unicode ? UNICODE : ASCII;
  const axis = axisOf([...training, ...validation]);
  const labels = tickLabels(axis);
  const labelWidth = Math.max(...labels.map((label) => label.length));
  const width = style.columns - labelWidth - 2;
  const curves = [curve(training, width, axis), curve(validation, width, axis)] as const;
  const indent = ' '.repeat(labelWidth + 1);
  const lines = [
    ...labels.map(
      (label, row) =>
        `${label.padStart(labelWidth)} ${label ? glyphs.tick : glyphs.wall}${cells(row, width, curves, glyphs)}`,
    ),
    indent + glyphs.corner + glyphs.floor.repeat(width),
    `${indent} ${epochLabels(losses[0]?.epoch ?? 1, losses.at(-1)?.epoch ?? 1, width)}`,
    `${indent} ${legend(glyphs, validation.length > 0, axis.isLogarithmic)}`,
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function finite(losses: readonly (number | null)[]): readonly number[] {
  return losses.filter((loss): loss is number => Number.isFinite(loss));
}

function cells(row: number, width: number, [training, validation]: readonly [Curve, Curve], glyphs: Glyphs): string {
  const glyphAt = (_: unknown, column: number) => {
    const isTraining = training[column]?.has(row);
    const isValidation = validation[column]?.has(row);
    if (isTraining && isValidation) return glyphs.both;
    if (isTraining) return glyphs.training;
    return isValidation ? glyphs.validation : ' ';
  };
  return Array.from({ length: width }, glyphAt).join('');
}

function axisOf(losses: readonly number[]): Axis {
  const min = losses.reduce((a, b) => Math.min(a, b));
  const max = losses.reduce((a, b) => Math.max(a, b));
  const isLogarithmic = min > 0 && max / min > MAX_LINEAR_RATIO;
  const [to, from] = isLogarithmic ? [Math.log, Math.exp] : [(x: number) => x, (x: number) => x];
  const [low, high] = [to(min), to(max)];
  const span = high - low || 1;
  return {
    position: (loss) => (to(loss) - low) / span,
    lossAt: (place) => from(low + place * span),
    isLogarithmic,
  };
}

/** The label left of each row, '' for rows without one. */
function tickLabels(axis: Axis): readonly string[] {
  return Array.from({ length: ROWS }, (_, row) =>
    row % ROWS_PER_TICK === 0 ? formatMeasure(axis.lossAt(1 - row / (ROWS - 1))) : '',
  );
}

/** Values between epochs are interpolated linearly. */
function curve(values: readonly number[], width: number, axis: Axis): Curve {
  if (values.length === 0) return [];
  const rows = Array.from({ length: width }, (_, column) => {
    const value = interpolate(values, (column / (width - 1)) * (values.length - 1));
    return Math.round((1 - axis.position(value)) * (ROWS - 1));
  });
  return rows.map((row, column) => new Set(between(rows[column - 1] ?? row, row)));
}

/**
 * The rows from `to` back to `from`, without `from`: a steep fall is a line instead of two distant
 * dots.
 */
function between(from: number, to: number): readonly number[] {
  const step = Math.sign(from - to);
  const count = Math.max(1, Math.abs(from - to));
  return Array.from({ length: count }, (_, index) => to + index * step);
}

function interpolate(values: readonly number[], position: number): number {
  const left = Math.floor(position);
  const [a, b] = [values[left] ?? Number.NaN, values[left + 1] ?? values[left] ?? Number.NaN];
  return a + (b - a) * (position - left);
}

function epochLabels(first: number, last: number, width: number): string {
  const [start, title, end] = [String(first), 'epoch', String(last)];
  const blanks = width - start.length - title.length - end.length;
  const before = Math.floor(blanks / 2);
  return start + ' '.repeat(before) + title + ' '.repeat(blanks - before) + end;
}

function legend(glyphs: Glyphs, hasValidation: boolean, isLogarithmic: boolean): string {
  const series = hasValidation
    ? `${glyphs.training} training loss  ${glyphs.validation} validation loss  ${glyphs.both} both`
    : `${glyphs.training} training loss`;
  return isLogarithmic ? `${series}  (logarithmic)` : series;
}
