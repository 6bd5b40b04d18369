import { formatCompact, formatMeasure, formatSeconds } from './numbers.ts';

/** The state of a training, as far as it is known. */
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
  /** Characters on a line. One fewer are used, because some terminals wrap a full line. */
  readonly columns: number;
  readonly unicode: boolean;
}

/**
 * The bar has a constant width, whatever text follows; otherwise its end would move with every
 * redraw.
 */
const MAX_BAR_WIDTH = 30;
const MIN_BAR_WIDTH = 8;
/** Width of the text after the bar in most trainings. */
const TYPICAL_TEXT_WIDTH = 72;

/**
 * One line without a line break:
 * `12/50 ██░░░░░░  24 %  loss 0.2910  validation 0.3010  5 s left  910k rows/s`.
 */
export function progressBar(progress: TrainingProgress, style: BarStyle): string {
  const epochs = `${String(progress.epoch).padStart(String(progress.epochs).length)}/${progress.epochs} `;
  const width = Math.min(Math.max(style.columns - TYPICAL_TEXT_WIDTH, MIN_BAR_WIDTH), MAX_BAR_WIDTH);
  const percent = `${Math.floor(progress.fraction * 100)} %`.padStart(6);
  const head = epochs + bar(progress.fraction, width, style.unicode) + percent;
  return head + factsThatFit(progressFacts(progress), style.columns - 1 - head.length);
}

/** The same in words, on its own line, for output that cannot be redrawn. */
export function progressLine(progress: TrainingProgress): string {
  return `epoch ${progress.epoch}/${progress.epochs}${progressFacts(progress).join('')}`;
}

/** Each with its leading blanks, the most important first. */
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
