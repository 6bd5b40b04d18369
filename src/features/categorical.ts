import { z } from 'zod';
import type { Column } from '../kit/table.ts';
import { asCategories, type Categories } from './casts.ts';
import { type CodeBlock, type InputBlock, NO_CODE } from './matrix.ts';

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

export function countCategoricalInputs({ categories, folded, missing }: FittedCategorical): number {
  return categories.length + (folded > 0 ? 1 : 0) + (missing ? 1 : 0);
}

/** What the inputs are of a row that has none of them at 1; empty where every row has one. */
export function usualInputs({ shares, folded, missing }: FittedCategorical): readonly number[] {
  return folded > 0 || missing ? [] : shares;
}

/** Writes a 1 for each row's category, or what is usual where it has none; see `writeCodes`. */
export function writeCategorical(
  fitted: FittedCategorical,
  column: Column | undefined,
  rows: Int32Array,
  block: InputBlock,
): void {
  const { values, offset, width } = block;
  const codes = new Int32Array(rows.length);
  writeCodes(fitted, column, rows, { codes, offset: 0, width: 1, firstInput: 0 });
  for (let i = 0; i < codes.length; i++) {
    const start = i * width + offset;
    if (codes[i] === NO_CODE) values.set(usualInputs(fitted), start);
    else values[start + codes[i]] = 1;
  }
}

/**
 * Writes the number of the input of each row's category. A category that training never met goes where the rare ones went; without those
 * it counts as missing; and where training met no missing value either it has NO_CODE: the shares of the training rows say "as usual". An
 * absent column is missing everywhere.
 */
export function writeCodes(
  fitted: FittedCategorical,
  column: Column | undefined,
  rows: Int32Array,
  { codes, offset, width, firstInput }: CodeBlock,
): void {
  const missing = missingInput(fitted);
  const forMissing = missing === NO_CODE ? NO_CODE : firstInput + missing;
  const values = column && asCategories(column);
  const inputs = values && inputOfEachCategory(fitted, values.categories, firstInput);
  for (let i = 0; i < rows.length; i++) {
    const code = values?.codes[rows[i]] ?? -1;
    codes[i * width + offset] = code < 0 || inputs === undefined ? forMissing : inputs[code];
  }
}

function inputOfEachCategory(fitted: FittedCategorical, categories: readonly string[], firstInput: number): Int32Array {
  const known = new Map(fitted.categories.map((category, input) => [category, input]));
  const forUnseen = fitted.folded > 0 ? fitted.categories.length : missingInput(fitted);
  return Int32Array.from(categories, (category) => {
    const input = known.get(category) ?? forUnseen;
    return input === NO_CODE ? NO_CODE : firstInput + input;
  });
}

function missingInput({ categories, folded, missing }: FittedCategorical): number {
  return missing ? categories.length + (folded > 0 ? 1 : 0) : NO_CODE;
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
