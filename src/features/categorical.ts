import { z } from 'zod';
import type { Column } from '../formats/table.ts';
import { asCategories, type Categories } from './conversions.ts';
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
  const selected = frequent.slice(0, options.maxCategories);
  return {
    kind: 'categorical',
    column: column.name,
    categories: selected.map(([category]) => category),
    shares: selected.map(([, count]) => count / rows.length),
    folded: counts.length - selected.length,
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
export function unknownCategoryInputs({ shares, folded, missing }: FittedCategorical): readonly number[] {
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
    if (codes[i] === NO_CODE) values.set(unknownCategoryInputs(fitted), start);
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
  const given = column && asCategories(column);
  const inputOf = given && inputOfEachCategory(fitted, given.categories);
  const forMissing = missingInput(fitted);
  for (let i = 0; i < rows.length; i++) {
    const category = given?.codes[rows[i]] ?? -1;
    const input = category < 0 || inputOf === undefined ? forMissing : inputOf(category);
    codes[i * width + offset] = input === NO_CODE ? NO_CODE : firstInput + input;
  }
}

/** The input of a category by its place among the given ones; each is looked up once, and those that no row has never. */
function inputOfEachCategory(fitted: FittedCategorical, categories: readonly string[]): (category: number) => number {
  const known = knownCategories(fitted);
  const forUnseen = fitted.folded > 0 ? fitted.categories.length : missingInput(fitted);
  const inputs = new Int32Array(categories.length).fill(UNRESOLVED);
  return (category) => {
    if (inputs[category] === UNRESOLVED) inputs[category] = known.get(categories[category]) ?? forUnseen;
    return inputs[category];
  };
}

const UNRESOLVED = -2;

const knownByFitted = new WeakMap<FittedCategorical, ReadonlyMap<string, number>>();

/** The input of each category that has one of its own; made once, since predictions of a row ask a column of thousands. */
export function knownCategories(fitted: FittedCategorical): ReadonlyMap<string, number> {
  const cached = knownByFitted.get(fitted);
  if (cached !== undefined) return cached;
  const known = new Map(fitted.categories.map((category, input) => [category, input]));
  knownByFitted.set(fitted, known);
  return known;
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
