import { parse } from 'csv-parse';
import type { Column, Table } from '../../src/formats/table.ts';
import { tableWithSplit } from '../support/splitTable.ts';

/**
 * The training and the test rows of a published dataset. Its last column, `split`, is `train` or,
 * for the test rows, `val`: every program here computes the accuracy on them after each epoch. The
 * target is a category, as are the other columns with any text.
 */
export async function publishedTable(dataset: string, target: string): Promise<Table> {
  const cells: string[][] = [];
  const parser = parse();
  const fed = feed(parser, dataset);
  for await (const row of parser) {
    row.forEach((cell: string, i: number) => {
      cells[i] ??= [];
      cells[i].push(cell);
    });
  }
  await fed;
  const split = cells[cells.length - 1];
  const selected = [...split.keys()].filter((row) => split[row] === 'train' || split[row] === 'test');
  const columns = cells.map(([name, ...values]): Column => {
    const own = selected.map((row) => (name === 'split' && values[row - 1] === 'test' ? 'val' : values[row - 1]));
    return columnOf(name, own, name === target);
  });
  return { rows: selected.length, columns };
}

async function feed(parser: NodeJS.WritableStream, dataset: string): Promise<void> {
  for await (const line of tableWithSplit(dataset)) parser.write(line);
  parser.end();
}

/** Empty cells and question marks are missing. */
function columnOf(name: string, cells: readonly string[], isTarget: boolean): Column {
  const isMissing = (cell: string) => cell === '' || cell === '?';
  const values = Float64Array.from(cells, (cell) => (isMissing(cell) ? Number.NaN : Number(cell)));
  if (!isTarget && values.every((value, row) => !Number.isNaN(value) || isMissing(cells[row]))) {
    return { name, type: 'numeric', values };
  }
  const categories = [...new Set(cells.filter((cell) => !isMissing(cell)))].sort();
  const codes = new Map(categories.map((category, code) => [category, code]));
  return { name, type: 'categorical', codes: Int32Array.from(cells, (cell) => codes.get(cell) ?? -1), categories };
}
