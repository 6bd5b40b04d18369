import { z } from 'zod';
import type { Column } from '../kit/table.ts';
import { asCategories, type Categories } from './casts.ts';
import type { InputBlock } from './matrix.ts';

export const fittedCategoricalSchema = z.strictObject({
  kind: z.literal('categorical'),
  column: z.string(),
  categories: z.array(z.string()).describe('Those with an input of their own, the most frequent first.'),
  shares: z
    .array(z.number())
    .describe('The share of the training rows that has each category; they stand for a value never met.'),
  folded: z.int().nonnegative().describe('How many other categories share one input; 0: there is no such input.'),
  missing: z.boolean().describe('Values were missing in the training rows: one more input says so.'),
});
export type FittedCategorical = z.infer<typeof fittedCategoricalSchema>;

export interface CategoricalOptions {
  readonly maxCategories: number;
  readonly minCategoryCount: number;
}

/** Fits a column of categories to the given rows; undefined when they say nothing: all equal, or all missing. */
export function fitCategorical(
  column: Column,
  rows: Int32Array,
  options: CategoricalOptions,
): FittedCategorical | undefined {
  const { counts, missing } = countCategories(asCategories(column), rows);
  if (counts.length + (missing > 0 ? 1 : 0) < 2) return undefined;
  const frequent = counts.filter(([, count]) => count >= options.minCategoryCount);
  const kept = frequent.slice(0, options.maxCategories);
  return {
    kind: 'categorical',
    column: column.name,
    categories: kept.map(([category]) => category),
    shares: kept.map(([, count]) => count / rows.length),
    folded: counts.length - kept.length,
    missing: missing > 0,
  };
}

/** `workclass=Private` for each category, then `workclass is other`, then `workclass is missing`. */
export function categoricalInputs({ column, categories, folded, missing }: FittedCategorical): string[] {
  return [
    ...categories.map((category) => `${column}=${category}`),
    ...(folded > 0 ? [`${column} is other`] : []),
    ...(missing ? [`${column} is missing`] : []),
  ];
}

/**
 * Writes a 1 for each row's category. A category that training never met goes where the rare ones went; without those it counts as missing;
 * and where training met no missing value either, the shares of the training rows say "as usual". An absent column is missing everywhere.
 */
export function writeCategorical(
  fitted: FittedCategorical,
  column: Column | undefined,
  rows: Int32Array,
  block: InputBlock,
): void {
  const { values, offset, width } = block;
  const inputs = categoricalInputs(fitted).length;
  const inputOf = column ? inputOfEachRow(fitted, asCategories(column)) : () => missingInput(fitted);
  rows.forEach((row, i) => {
    const start = i * width + offset;
    values.fill(0, start, start + inputs);
    const input = inputOf(row);
    if (input === undefined) values.set(fitted.shares, start);
    else values[start + input] = 1;
  });
}

function inputOfEachRow(
  fitted: FittedCategorical,
  { codes, categories }: Categories,
): (row: number) => number | undefined {
  const known = new Map(fitted.categories.map((category, input) => [category, input]));
  const forMissing = missingInput(fitted);
  const forUnseen = fitted.folded > 0 ? fitted.categories.length : forMissing;
  const inputs = categories.map((category) => known.get(category) ?? forUnseen);
  return (row) => {
    const code = codes[row];
    return code < 0 ? forMissing : inputs[code];
  };
}

function missingInput({ categories, folded, missing }: FittedCategorical): number | undefined {
  return missing ? categories.length + (folded > 0 ? 1 : 0) : undefined;
}

/** How many of the rows have each category, the most frequent first, equals by name; and how many have none. */
function countCategories(
  { codes, categories }: Categories,
  rows: Int32Array,
): { counts: [category: string, count: number][]; missing: number } {
  const byCode = new Int32Array(categories.length);
  let missing = 0;
  for (const row of rows) {
    const code = codes[row];
    if (code < 0) missing++;
    else byCode[code] = byCode[code] + 1;
  }
  const counts = categories
    .map((category, code): [string, number] => [category, byCode[code]])
    .filter(([, count]) => count > 0)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
  return { counts, missing };
}
