import { createGenerator, type Generator } from '../../../src/engine/random.ts';
import type { CategoryColumn, Column, Table } from '../../../src/formats/table.ts';
import { numbers, tableOf, words } from '../../features/columns.ts';

/** Rows of a made table, and what is known about each of them. */
export interface MadeRows {
  readonly table: Table;
  /**
   * The best possible prediction of each row: the mean of its target (its median where it has no
   * mean), or the probability of the class `yes`.
   */
  readonly truth: Float64Array;
}

/** A kind of made table whose best possible score is known. */
export interface RobustnessCase {
  readonly name: string;
  /** Rows of the table in the test, and in the bench. */
  readonly rows: number;
  readonly fullRows: number;
  /** The standard deviation of the noise of a number, about; null: the target is a class. */
  readonly noise: number | null;
  /** The score relative to the best possible one, at most, for `rows`. */
  readonly limit: number;
  /** What the job says besides its target. */
  readonly request?: object;
  /** Draws rows. All calls draw from the same distribution. */
  draw(rows: number, seed: number): MadeRows;
}

const TARGET = 'y';

/** A table whose target is a number: `truth` of each row and normal noise. */
function numberTable(columns: readonly Column[], truth: Float64Array, noise: () => number): MadeRows {
  return {
    truth,
    table: tableOf(
      ...columns,
      numbers(
        TARGET,
        Array.from(truth, (mean) => mean + noise()),
      ),
    ),
  };
}

/** A table of which exactly `count` rows are `yes`, those with the highest `truth` most often. */
function rareClassTable(
  columns: readonly Column[],
  truth: Float64Array,
  count: number,
  generator: Generator,
): MadeRows {
  // Weighted sampling without replacement (Efraimidis and Spirakis 2006).
  const keys = truth.map((weight) => Math.log(generator.uniform()) / weight);
  const threshold = keys.toSorted().at(-count) ?? 0;
  const labels = Array.from(keys, (key) => (key >= threshold ? 'yes' : 'no'));
  return { truth, table: tableOf(...columns, words(TARGET, labels)) };
}

/** A table whose target is `yes` with the probability `truth` of each row, or else `no`. */
function classTable(columns: readonly Column[], truth: Float64Array, generator: Generator): MadeRows {
  const labels = Array.from(truth, (probability) => (generator.uniform() < probability ? 'yes' : 'no'));
  return { truth, table: tableOf(...columns, words(TARGET, labels)) };
}

function draws(count: number, draw: () => number): number[] {
  return Array.from({ length: count }, draw);
}

function truthOf(rows: number, of: (row: number) => number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => of(row));
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** Standard Cauchy: a tenth of the numbers is beyond 6, a thousandth beyond 600. */
function cauchy(generator: Generator): number {
  return Math.tan(Math.PI * (generator.uniform() - 0.5));
}

const COLOURS = ['red', 'green', 'blue'];

/** y = 2 x, with two columns that do not matter. */
function line(rows: number, seed: number): MadeRows {
  const generator = createGenerator(seed);
  const x = draws(rows, generator.normal);
  const columns = [
    numbers('x', x),
    numbers('z', draws(rows, generator.normal)),
    words(
      'colour',
      draws(rows, () => generator.integer(COLOURS.length)).map((colour) => COLOURS[colour]),
    ),
  ];
  return numberTable(
    columns,
    truthOf(rows, (row) => 2 * x[row]),
    generator.normal,
  );
}

/** Five of `width` columns matter. */
function wide(width: number, rows: number, seed: number) {
  const generator = createGenerator(seed);
  const values = Array.from({ length: width }, () => draws(rows, generator.normal));
  const signal = (row: number) => values.slice(0, 5).reduce((sum, column) => sum + column[row], 0);
  return { generator, signal, columns: values.map((column, index) => numbers(`x${index}`, column)) };
}

/** The effects of levels: the same for every draw. */
function levelEffects(levels: number): number[] {
  return draws(levels, createGenerator(99).normal);
}

const LEVELS = 5000;
/** The deviation of their effects. */
const LEVEL_DEVIATION = 0.5;

function levelColumn(codes: readonly number[]): CategoryColumn {
  const categories = Array.from({ length: LEVELS }, (_, level) => `level ${level}`);
  return { name: 'level', type: 'categorical', codes: Int32Array.from(codes), categories };
}

/** y = x + effect of one of 5,000 levels. Each has too few rows to be learned alone. */
function manyLevels(rows: number, seed: number): MadeRows {
  const generator = createGenerator(seed);
  const effects = levelEffects(LEVELS);
  const codes = draws(rows, () => generator.integer(LEVELS));
  const x = draws(rows, generator.normal);
  return numberTable(
    [numbers('x', x), levelColumn(codes)],
    truthOf(rows, (row) => x[row] + LEVEL_DEVIATION * effects[codes[row]]),
    generator.normal,
  );
}

function noiseTable(rows: number, seed: number): MadeRows {
  const generator = createGenerator(seed);
  const columns = Array.from({ length: 8 }, (_, index) => numbers(`x${index}`, draws(rows, generator.normal)));
  return numberTable(
    columns,
    truthOf(rows, () => 0),
    generator.normal,
  );
}

function noiseClasses(rows: number, seed: number): MadeRows {
  const generator = createGenerator(seed);
  const columns = Array.from({ length: 8 }, (_, index) => numbers(`x${index}`, draws(rows, generator.normal)));
  return classTable(
    columns,
    truthOf(rows, () => 0.3),
    generator,
  );
}

/** One row in `1 / share` is positive, and x shifts the logit. */
function imbalanced(share: number, rows: number, seed: number): MadeRows {
  const generator = createGenerator(seed);
  const x = draws(rows, generator.normal);
  const offset = Math.log(share) - 0.5;
  const truth = truthOf(rows, (row) => sigmoid(offset + x[row]));
  const columns = [numbers('x', x), numbers('z', draws(rows, generator.normal))];
  return rareClassTable(columns, truth, Math.max(1, Math.round(share * rows)), generator);
}

function cauchyInputs(rows: number, seed: number): MadeRows {
  const generator = createGenerator(seed);
  const x = draws(rows, () => cauchy(generator));
  const z = draws(rows, () => cauchy(generator));
  return numberTable(
    [numbers('x', x), numbers('z', z)],
    truthOf(rows, (row) => 2 * Math.atan(x[row]) + Math.sign(z[row])),
    generator.normal,
  );
}

export function cauchyTarget(rows: number, seed: number): MadeRows {
  const generator = createGenerator(seed);
  const x = draws(rows, generator.normal);
  return numberTable(
    [numbers('x', x), numbers('z', draws(rows, generator.normal))],
    truthOf(rows, (row) => 2 * x[row]),
    () => cauchy(generator),
  );
}

/** s of e^(x + s n), with x and n standard normal. */
const LOG_NORMAL_DEVIATION = 1.5;
/** The best possible RMSE. The variance is e^(2 x + s²) (e^(s²) - 1), the mean of e^(2 x) is e². */
const LOG_NORMAL_NOISE = Math.sqrt(Math.exp(2 + LOG_NORMAL_DEVIATION ** 2) * Math.expm1(LOG_NORMAL_DEVIATION ** 2));

/** The best prediction of e^(x + s n) is its mean, e^(x + s²/2). */
function logNormalTarget(rows: number, seed: number): MadeRows {
  const generator = createGenerator(seed);
  const x = draws(rows, generator.normal);
  const deviation = LOG_NORMAL_DEVIATION;
  const y = x.map((value) => Math.exp(value + deviation * generator.normal()));
  return {
    truth: truthOf(rows, (row) => Math.exp(x[row] + deviation ** 2 / 2)),
    table: tableOf(numbers('x', x), numbers('z', draws(rows, generator.normal)), numbers(TARGET, y)),
  };
}

function constantColumns(rows: number, seed: number): MadeRows {
  const { table, truth } = line(rows, seed);
  const constants = [
    numbers(
      'one',
      draws(rows, () => 1),
    ),
    words(
      'same',
      Array.from({ length: rows }, () => 'a'),
    ),
  ];
  const missing = numbers(
    'missing',
    Array.from({ length: rows }, () => null),
  );
  return { truth, table: tableOf(...constants, missing, ...table.columns) };
}

function duplicatedColumns(rows: number, seed: number): MadeRows {
  const { table, truth } = line(rows, seed);
  const [x] = table.columns;
  const copies = Array.from({ length: 30 }, (_, index) => ({ ...x, name: `copy ${index}` }));
  return { truth, table: tableOf(...copies, ...table.columns) };
}

export const ROBUSTNESS_CASES: readonly RobustnessCase[] = [
  { name: '5 rows', rows: 5, fullRows: 5, noise: 1, limit: 2.5, draw: line },
  { name: '20 rows', rows: 20, fullRows: 20, noise: 1, limit: 2.1, draw: line },
  { name: '60 rows', rows: 60, fullRows: 60, noise: 1, limit: 1.6, draw: line },
  {
    name: '20 rows, one of a class',
    rows: 20,
    fullRows: 20,
    noise: null,
    limit: 1.6,
    draw: (rows, seed) => imbalanced(0.05, rows, seed),
  },
  {
    name: '60 rows, two of a class',
    rows: 60,
    fullRows: 60,
    noise: null,
    limit: 1.4,
    draw: (rows, seed) => imbalanced(1 / 30, rows, seed),
  },
  {
    name: '500 columns',
    rows: 500,
    fullRows: 10_000,
    noise: 1,
    limit: 1.8,
    draw(rows, seed) {
      const { generator, signal, columns } = wide(500, rows, seed);
      return numberTable(columns, truthOf(rows, signal), generator.normal);
    },
  },
  {
    name: 'one row in 10,000 of a class',
    rows: 20_000,
    fullRows: 300_000,
    noise: null,
    limit: 1.12,
    draw: (rows, seed) => imbalanced(1e-4, rows, seed),
  },
  { name: 'Cauchy inputs', rows: 2000, fullRows: 20_000, noise: 1, limit: 1.06, draw: cauchyInputs },
  {
    name: 'Cauchy noise and the loss huber',
    rows: 2000,
    fullRows: 20_000,
    noise: 1,
    limit: 1.15,
    request: { training: { loss: 'huber' } },
    draw: cauchyTarget,
  },
  {
    name: 'a log-normal target',
    rows: 2000,
    fullRows: 20_000,
    noise: LOG_NORMAL_NOISE,
    limit: 1.03,
    draw: logNormalTarget,
  },
  { name: '5,000 levels', rows: 5000, fullRows: 100_000, noise: 1, limit: 1.15, draw: manyLevels },
  { name: '200 rows of noise', rows: 200, fullRows: 20_000, noise: 1, limit: 1.06, draw: noiseTable },
  { name: '2,000 rows of noise', rows: 2000, fullRows: 20_000, noise: 1, limit: 1.03, draw: noiseTable },
  { name: '200 rows of noise, classes', rows: 200, fullRows: 20_000, noise: null, limit: 1.08, draw: noiseClasses },
  { name: '2,000 rows of noise, classes', rows: 2000, fullRows: 20_000, noise: null, limit: 1.03, draw: noiseClasses },
  { name: 'constant columns', rows: 500, fullRows: 10_000, noise: 1, limit: 1.08, draw: constantColumns },
  { name: 'duplicated columns', rows: 500, fullRows: 10_000, noise: 1, limit: 1.08, draw: duplicatedColumns },
];
