import { createGenerator } from '../../src/engine/random.ts';
import type { Table } from '../../src/formats/table.ts';
import { numbers, tableOf, words } from '../features/columns.ts';

/** Two numbers and a text that determine three kinds of flower, with noise. */
export function flowers(rows: number): Table {
  const generator = createGenerator(7);
  const kinds = Array.from({ length: rows }, (_, row) => row % 3);
  return tableOf(
    numbers(
      'length',
      kinds.map((kind) => kind + 0.3 * generator.normal()),
    ),
    numbers(
      'width',
      kinds.map((kind) => -kind + 0.3 * generator.normal()),
    ),
    words(
      'colour',
      kinds.map((kind) => ['white', 'blue', 'blue'][kind]),
    ),
    words(
      'kind',
      kinds.map((kind) => ['setosa', 'versicolor', 'virginica'][kind]),
    ),
  );
}

/** y = 3 x + noise. */
export function line(rows: number): Table {
  const generator = createGenerator(9);
  const x = Array.from({ length: rows }, () => generator.normal());
  return tableOf(
    numbers('x', x),
    numbers(
      'y',
      x.map((value) => 100 + 30 * value + generator.normal()),
    ),
  );
}
