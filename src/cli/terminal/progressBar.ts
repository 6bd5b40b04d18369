import { formatCompact, formatMeasure, formatSeconds } from './numbers.ts';

/** Where a training stands, as far as it is known. */
export interface TrainingProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** 0 to 1. */
  readonly fraction: number;
  readonly rowsPerSecond: number | null;
  readonly etaSeconds: number | null;
  readonly trainingLoss: number | null;
  readonly validationLoss: number | null;
}

export interface BarStyle {
  /** Characters in a line; one fewer are used, as some terminals break a full line. */
  readonly columns: number;
  readonly unicode: boolean;
}

/** The bar keeps its width whatever stands beside it, or its end would jump with every redraw. */
const MAX_BAR_WIDTH = 30;
const MIN_BAR_WIDTH = 8;
/** What stands beside the bar in most trainings. */
const TYPICAL_TEXT_WIDTH = 72;

/**
 * One line without a break:
 * `12/50 ██░░░░░░  24 %  loss 0.2910  validation 0.3010  5 s left  910k rows/s`.
 */
export function progressBar(progress: TrainingProgress, style: BarStyle): string {
  const epochs = `${String(progress.epoch).padStart(String(progress.epochs).length)}/${progress.epochs} `;
  const width = Math.min(Math.max(style.columns - TYPICAL_TEXT_WIDTH, MIN_BAR_WIDTH), MAX_BAR_WIDTH);
  const percent = `${Math.floor(progress.fraction * 100)} %`.padStart(6);
  const head = epochs + bar(progress.fraction, width, style.unicode) + percent;
  return head + factsThatFit(progressFacts(progress), style.columns - 1 - head.length);
}

/** The same in words, for where nothing can be drawn again: a line on its own. */
export function progressLine(progress: TrainingProgress): string {
  return `epoch ${progress.epoch}/${progress.epochs}${progressFacts(progress).join('')}`;
}

/** Each with the blanks before it, the most important first. */
function progressFacts(progress: TrainingProgress): readonly string[] {
  const { trainingLoss, validationLoss, rowsPerSecond, etaSeconds } = progress;
  return [
    trainingLoss === null ? '' : `  loss ${formatMeasure(trainingLoss)}`,
    validationLoss === null ? '' : `  validation ${formatMeasure(validationLoss)}`,
    etaSeconds === null || progress.fraction >= 1 ? '' : `  ${formatSeconds(etaSeconds)} left`,
    rowsPerSecond === null ? '' : `  ${formatCompact(rowsPerSecond)} rows/s`,
  ];
}

function factsThatFit(facts: readonly string[], width: number): string {
  const fitting = facts.filter((_, index) => facts.slice(0, index + 1).join('').length <= width);
  return fitting.join('');
}

function bar(fraction: number, width: number, unicode: boolean): string {
  const [full, empty] = unicode ? ['█', '░'] : ['#', '-'];
  const done = Math.round(Math.min(Math.max(fraction, 0), 1) * width);
  return full.repeat(done) + empty.repeat(width - done);
}
