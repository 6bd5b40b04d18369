import { describe, expect, it } from 'vitest';
import { createGenerator } from '../../src/engine/random.ts';
import { findLeaks } from '../../src/features/leaks/leaks.ts';
import { findSums } from '../../src/features/leaks/sums.ts';
import type { Column } from '../../src/formats/table.ts';
import { firstRows, numbers, words } from './columns.ts';

const ROWS = 2000;
const rows = firstRows(ROWS);
const each = <Value>(make: (row: number) => Value): Value[] => [...rows].map(make);

/** Standard normal numbers, others for each stream. */
function noise(stream: number): number[] {
  const generator = createGenerator(7, stream);
  return each(() => generator.normal());
}

/** True for the given share of rows, at random. */
function drawn(share: number, stream: number): boolean[] {
  const generator = createGenerator(7, stream);
  return each(() => generator.uniform() < share);
}

const size = noise(1);
const price = each((row) => 100 + 10 * size[row]);
const honest = numbers('honest', noise(2));
const codesOf = (columns: readonly Column[], target: Column, task: 'classes' | 'number', training = rows) =>
  findLeaks(columns, target, training, task).map(({ code, column }) => `${code} ${column ?? ''}`.trim());

describe('a copy of the target', () => {
  const target = words(
    'y',
    each((row) => (row % 3 === 0 ? 'yes' : 'no')),
  );

  it('is found under other names of its classes', () => {
    const copy = numbers(
      'copy',
      each((row) => (row % 3 === 0 ? 7 : 5)),
    );
    expect(codesOf([copy, honest], target, 'classes', firstRows(40))).toEqual(['target_leak copy']);
  });

  it('is found as equal numbers in a regression, not as merely distinct ones', () => {
    const y = numbers('y', noise(3));
    const distinct = numbers('row', [...rows]);
    expect(codesOf([{ ...y, name: 'copy' }, distinct], y, 'number', firstRows(40))).toEqual(['target_leak copy']);
  });
});

describe('two columns that add up to the target', () => {
  const [a, b] = [each((row) => Math.round(500 + 200 * size[row]) / 10), each((row) => (row * 7) % 31)];
  const [left, right] = [numbers('left', a), numbers('right', b)];
  const messages = (target: Column, columns: readonly Column[] = [left, honest, right]) =>
    findLeaks(columns, target, rows, 'number').map(({ message }) => message);

  it('share one warning, without one for each column', () => {
    // Decimals, so that a sum is exact but for rounding.
    const target = numbers(
      'y',
      each((row) => a[row] + b[row]),
    );
    expect(messages(target)).toEqual([
      "The sum 'left' + 'right' equals the target in every training row. If one of these columns is not known when predictions are made, add it to features.exclude.",
    ]);
  });

  it.each([
    ["'left' - 'right'", (row: number) => a[row] - b[row]],
    ["'right' - 'left'", (row: number) => b[row] - a[row]],
  ])('are found by their difference %s', (words, value) => {
    expect(messages(numbers('y', each(value)))).toEqual([expect.stringContaining(words)]);
  });

  it('are not a leak when one row differs', () => {
    const target = numbers(
      'y',
      each((row) => a[row] + b[row] + (row === ROWS - 1 ? 0.1 : 0)),
    );
    expect(messages(target)).toEqual([]);
  });

  it('stop at the limit of comparisons for any table', () => {
    const target = numbers(
      'y',
      each((row) => a[row] + b[row]),
    );
    // It agrees in all rows but the last, so that each pair costs all rows.
    const almost = Array.from({ length: 50 }, (_, i) =>
      numbers(
        `almost ${i}`,
        each((row) => a[row] + (row === ROWS - 1 ? 1 : 0)),
      ),
    );
    const columns = [right, ...almost, left];
    expect(findSums(columns, target, rows)).toEqual([{ columns: ['right', 'left'], sign: '+' }]);
    expect(findSums(columns, target, rows, 10 * ROWS)).toEqual([]);
  });

  it('are not a leak when only zeros agree', () => {
    const rare = (name: string, rowsOf: (row: number) => boolean) =>
      numbers(
        name,
        each((row) => (rowsOf(row) ? 1 : 0)),
      );
    const target = rare('y', (row) => row % 200 === 0);
    const [first, second] = [rare('a', (row) => row % 400 === 0), rare('b', (row) => row % 400 === 200)];
    expect(messages(target, [first, second, honest])).toEqual([]);
  });
});

describe('a column that alone predicts nearly all of the target', () => {
  const sold = drawn(0.3, 5);
  const target = words(
    'y',
    each((row) => (sold[row] ? 'yes' : 'no')),
  );
  const wrong = drawn(0.02, 6);
  /** What is nearly the target: wrong in 2 % of the rows. */
  const nearly = each((row) => sold[row] !== wrong[row]);

  it('is found as a category, with its score and the remedy', () => {
    const agent = words(
      'agent',
      each((row) => (nearly[row] ? `agent ${row % 12}` : 'none')),
    );
    expect(findLeaks([agent, honest], target, rows, 'classes')).toEqual([
      {
        code: 'likely_target_leak',
        column: 'agent',
        message: expect.stringMatching(
          /^The column 'agent' alone predicts .* accuracy 0\.9[78]\d \(most frequent class: 0\.[67]\d\d\) .* features\.exclude\.$/,
        ),
      },
    ]);
  });

  it('is found when only missing values predict', () => {
    const invoice = numbers(
      'invoice',
      each((row) => (nearly[row] ? (row * 7919) % 10_007 : null)),
    );
    expect(codesOf([invoice, honest], target, 'classes')).toEqual(['likely_target_leak invoice']);
  });

  it('is found among numbers by ranges', () => {
    const speed = noise(7);
    const inside = numbers('speed', speed);
    const range = words(
      'y',
      each((row) => (Math.abs(speed[row]) < 0.6 ? 'in' : 'out')),
    );
    expect(codesOf([inside, honest], range, 'classes')).toEqual(['likely_target_leak speed']);
  });

  it('is found in a regression by R², also along a curve', () => {
    const y = numbers('y', price);
    const curved = numbers(
      'curved',
      each((row) => Math.exp(size[row]) + 0.05 * honest.values[row]),
    );
    const [{ code, column, message }] = findLeaks([curved, honest], y, rows, 'number');
    expect([code, column]).toEqual(['likely_target_leak', 'curved']);
    expect(message).toMatch(/R² 0\.9\d\d in 2-fold cross-validation/);
  });

  it('is found in a regression whose target has a heavy tail, by a straight line', () => {
    const wide = each((row) => Math.exp(3 * size[row]));
    const euros = numbers(
      'euros',
      wide.map((value) => 1.1 * value + 2),
    );
    expect(codesOf([euros, honest], numbers('y', wide), 'number')).toEqual(['likely_target_leak euros']);
  });

  it('is found when the target is rare', () => {
    const fraud = drawn(0.02, 8);
    const y = words(
      'y',
      each((row) => (fraud[row] ? 'fraud' : 'fine')),
    );
    const blocked = words(
      'blocked',
      each((row) => (fraud[row] && row % 40 !== 0 ? 'true' : 'false')),
    );
    expect(codesOf([blocked, honest], y, 'classes')).toEqual(['likely_target_leak blocked']);
  });

  it('shares one warning among many', () => {
    const columns = Array.from({ length: 30 }, (_, i) =>
      numbers(
        `close ${i}`,
        each((row) => price[row] + 0.01 * ((row * (i + 3)) % 101)),
      ),
    );
    const warnings = findLeaks([...columns, honest], numbers('y', price), rows, 'number');
    expect(warnings).toHaveLength(6);
    expect(warnings[5]).toEqual({
      code: 'likely_target_leak',
      message: '25 more columns alone predict nearly all of the target.',
    });
  });

  it('is deterministic', () => {
    const y = numbers('y', price);
    const columns = [
      numbers(
        'close',
        each((row) => price[row] + honest.values[row]),
      ),
      honest,
    ];
    expect(findLeaks(columns, y, rows, 'number')).toEqual(findLeaks(columns, y, rows, 'number'));
  });
});

describe('no leak', () => {
  const sold = drawn(0.3, 5);
  const target = words(
    'y',
    each((row) => (sold[row] ? 'yes' : 'no')),
  );
  const y = numbers('y', price);

  it.each([
    ['words', words('id', each(String))],
    ['numbers', numbers('id', [...rows])],
    [
      'pairs of rows',
      words(
        'id',
        each((row) => `id ${row >> 1}`),
      ),
    ],
  ])('is a column of ids: %s', (_, id) => {
    expect(codesOf([id, honest], target, 'classes')).toEqual([]);
    expect(codesOf([id, honest], y, 'number')).toEqual([]);
  });

  it('is a column that predicts well', () => {
    const well = numbers(
      'well',
      each((row) => price[row] + 4 * honest.values[row]),
    );
    expect(codesOf([well, honest], y, 'number')).toEqual([]);
    const wrong = drawn(0.08, 6);
    const good = words(
      'good',
      each((row) => (sold[row] !== wrong[row] ? 'a' : 'b')),
    );
    expect(codesOf([good, honest], target, 'classes')).toEqual([]);
  });

  it('is the only column of the table', () => {
    const only = numbers(
      'only',
      each((row) => price[row] + 0.1 * honest.values[row]),
    );
    expect(codesOf([only], y, 'number')).toEqual([]);
    expect(codesOf([only, honest], y, 'number')).toEqual(['likely_target_leak only']);
  });

  it('is a guess about few rows', () => {
    const close = numbers(
      'close',
      each((row) => price[row] + 0.1 * honest.values[row]),
    );
    expect(codesOf([close, honest], y, 'number', firstRows(99))).toEqual([]);
    expect(codesOf([close, honest], y, 'number', firstRows(100))).toEqual(['likely_target_leak close']);
  });

  it('comes from missing, infinite or huge numbers', () => {
    const odd = numbers(
      'odd',
      each((row) => [Number.NaN, Number.POSITIVE_INFINITY, 1e308, -1e308, 0][row % 5]),
    );
    const empty = numbers(
      'empty',
      each(() => null),
    );
    expect(codesOf([odd, empty, honest], y, 'number')).toEqual([]);
    expect(codesOf([odd, empty, honest], target, 'classes')).toEqual([]);
  });
});
