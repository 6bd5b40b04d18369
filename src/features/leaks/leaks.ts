import type { Column } from '../../formats/table.ts';
import type { Warning } from '../../kit/warning.ts';
import { isCopyOf } from './copies.ts';
import { type Score, scorerFor } from './predictors.ts';
import { findSums, type SumLeak } from './sums.ts';

type Task = 'classes' | 'number';

/** Fewer rows can agree by chance. */
const MIN_ROWS = 20;
/** Fewer rows give an uncertain score. */
const MIN_SCORED_ROWS = 100;
/** Rows that columns are scored on. More rows change the third digit of a score and take longer. */
const MAX_SCORED_ROWS = 8192;
/**
 * The gain (see `Score`) from which a column is suspicious. In twelve public tables the strongest
 * honest columns have 0.75 (iris, petal length), 0.87 (diamonds, y) and 0.83 (nycflights13,
 * dep_delay); leaks have 0.88 (titanic, boat) and 0.95 (bike_sharing, registered).
 */
const SUSPICIOUS_GAIN: Readonly<Record<Task, number>> = { classes: 0.85, number: 0.9 };
/** Warnings of one kind that name a leak each; the other leaks share one warning. */
const MAX_NAMED = 5;

const REMEDY = 'is not known when predictions are made, add it to features.exclude.';

/**
 * Warns of columns that leak the target: copies, pairs that add up to it, and columns that alone
 * predict nearly all of it.
 */
export function findLeaks(columns: readonly Column[], target: Column, rows: Int32Array, task: Task): Warning[] {
  if (rows.length < MIN_ROWS) return [];
  const copies = columns.filter(isCopyOf(target, rows, task));
  const sums = task === 'number' ? findSums(columns, target, rows) : [];
  const explained = new Set([...copies.map(({ name }) => name), ...sums.flatMap((sum) => sum.columns)]);
  const others = columns.filter(({ name }) => !explained.has(name));
  // A table of one column has nothing else to learn from.
  const strong = columns.length > 1 ? strongColumns(others, target, rows, task) : [];
  return [
    ...copies.map(copyWarning),
    ...shortened(sums.map(sumWarning), 'pairs of columns add up to the target'),
    ...shortened(
      strong.map((each) => strongWarning(each, task)),
      'columns alone predict nearly all of the target',
    ),
  ];
}

interface StrongColumn {
  readonly name: string;
  readonly score: Score;
}

/** The strongest first. */
function strongColumns(columns: readonly Column[], target: Column, rows: Int32Array, task: Task): StrongColumn[] {
  if (rows.length < MIN_SCORED_ROWS) return [];
  const score = scorerFor(target, sampleOf(rows), task);
  return columns
    .map((column) => ({ name: column.name, score: score(column) }))
    .filter((each) => each.score.gain >= SUSPICIOUS_GAIN[task])
    .sort((a, b) => b.score.gain - a.score.gain);
}

/**
 * Some of the rows, evenly spread over the list, the same every time. Sorted, because memory is
 * then read in order.
 */
function sampleOf(rows: Int32Array): Int32Array {
  const count = Math.min(rows.length, MAX_SCORED_ROWS);
  return Int32Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]).sort();
}

function copyWarning({ name }: Column): Warning {
  const message = `The column '${name}' equals the target in every training row, up to the names of its values. If it ${REMEDY}`;
  return { code: 'target_leak', column: name, message };
}

function sumWarning({ columns: [a, b], sign }: SumLeak): Warning {
  const what = sign === '+' ? `sum '${a}' + '${b}'` : `difference '${a}' - '${b}'`;
  return {
    code: 'target_leak',
    message: `The ${what} equals the target in every training row. If one of these columns ${REMEDY}`,
  };
}

function strongWarning({ name, score }: StrongColumn, task: Task): Warning {
  const message = `The column '${name}' alone predicts nearly all of the target: ${describeScore(score, task)} in 2-fold cross-validation on training rows. If it ${REMEDY}`;
  return { code: 'likely_target_leak', column: name, message };
}

function describeScore({ value, baseline }: Score, task: Task): string {
  if (task === 'number') return `R² ${value.toFixed(3)}`;
  return `accuracy ${value.toFixed(3)} (most frequent class: ${baseline.toFixed(3)})`;
}

/** The first warnings, and one that counts the others. */
function shortened(warnings: readonly Warning[], what: string): Warning[] {
  const rest = warnings.length - MAX_NAMED;
  if (rest <= 0) return [...warnings];
  const named = warnings.slice(0, MAX_NAMED);
  return [...named, { code: named[0].code, message: `${rest} more ${what}.` }];
}
