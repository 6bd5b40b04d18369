import { z } from 'zod';
import { NO_CODE } from '../../engine/layers/inputs.ts';
import type { Categories } from '../../formats/table.ts';
import type { Warning } from '../../kit/warning.ts';
import type { FitSettings, OneHotColumnType } from './columnType.ts';
import { asCategories } from './conversions.ts';

const schema = z.strictObject({
  kind: z.literal('categorical'),
  column: z.string(),
  categories: z.array(z.string()).describe('The categories with an input of their own, the most frequent first.'),
  frequencies: z
    .array(z.number())
    .describe('The share of the training rows in each category. They replace a category that training did not see.'),
  otherCategories: z
    .int()
    .nonnegative()
    .describe('How many other categories share one input; 0: that input does not exist.'),
  missing: z.boolean().describe('Whether training rows had missing values: one more input marks them.'),
});
export type FittedCategorical = z.infer<typeof schema>;

type CategorySettings = Pick<FitSettings, 'maxCategories' | 'minCategoryCount'>;

/** One input for each frequent category, one for the other categories, one for missing values. */
export const categorical = {
  schema,
  block: 'oneHot',

  fit(column, rows, { maxCategories, minCategoryCount }: CategorySettings) {
    const { counts, missing } = countCategories(asCategories(column), rows);
    if (counts.length + (missing > 0 ? 1 : 0) < 2) return undefined;
    const frequent = counts.filter(([, count]) => count >= minCategoryCount);
    const selected = frequent.slice(0, maxCategories);
    return {
      kind: 'categorical',
      column: column.name,
      categories: selected.map(([category]) => category),
      frequencies: selected.map(([, count]) => count / rows.length),
      otherCategories: counts.length - selected.length,
      missing: missing > 0,
    };
  },

  /**
   * `workclass=Private` for each category, then `workclass is other`, then `workclass is missing`.
   */
  inputs: ({ column, categories, otherCategories, missing }) => [
    ...categories.map((category) => `${column}=${category}`),
    ...(otherCategories > 0 ? [`${column} is other`] : []),
    ...(missing ? [`${column} is missing`] : []),
  ],
  width: ({ categories, otherCategories, missing }) =>
    categories.length + (otherCategories > 0 ? 1 : 0) + (missing ? 1 : 0),
  estimateWidth: (distinct, { maxCategories }) => Math.min(distinct, maxCategories) + 1,
  describe: ({ categories }) => ({ categories }),
  unknownCategory: ({ frequencies, otherCategories, missing }) => (otherCategories > 0 || missing ? [] : frequencies),
  warnings: otherCategoriesWarnings,

  /**
   * A category that training did not see gets the input of the other categories. If that does not
   * exist, it counts as missing. If training had no missing value either, the row has NO_CODE.
   */
  writer(fitted, column) {
    const given = column && asCategories(column);
    const inputOf = given && inputOfEachCategory(fitted, given.categories);
    const forMissing = missingInput(fitted);
    return (rows, { codes, offset, width, firstInput }) => {
      for (let i = 0; i < rows.length; i++) {
        const category = given?.codes[rows[i]] ?? -1;
        const input = category < 0 || inputOf === undefined ? forMissing : inputOf(category);
        codes[i * width + offset] = input === NO_CODE ? NO_CODE : firstInput + input;
      }
    };
  },
} as const satisfies OneHotColumnType<FittedCategorical>;

/**
 * The input of a category by its code. Each category is looked up once, and only if a row has it.
 */
function inputOfEachCategory(fitted: FittedCategorical, categories: readonly string[]): (category: number) => number {
  const known = knownCategories(fitted);
  const forUnseen = fitted.otherCategories > 0 ? fitted.categories.length : missingInput(fitted);
  const inputs = new Int32Array(categories.length).fill(UNRESOLVED);
  return (category) => {
    if (inputs[category] === UNRESOLVED) inputs[category] = known.get(categories[category]) ?? forUnseen;
    return inputs[category];
  };
}

const UNRESOLVED = -2;

const knownByFitted = new WeakMap<FittedCategorical, ReadonlyMap<string, number>>();

/**
 * The input of each category that has one. Cached, because a prediction of one row would otherwise
 * index thousands of categories.
 */
export function knownCategories(fitted: FittedCategorical): ReadonlyMap<string, number> {
  const cached = knownByFitted.get(fitted);
  if (cached !== undefined) return cached;
  const known = new Map(fitted.categories.map((category, input) => [category, input]));
  knownByFitted.set(fitted, known);
  return known;
}

function missingInput({ categories, otherCategories, missing }: FittedCategorical): number {
  return missing ? categories.length + (otherCategories > 0 ? 1 : 0) : NO_CODE;
}

/** Warns when `maxCategories`, not rarity alone, moves categories into the shared input. */
function otherCategoriesWarnings(
  { column, categories, otherCategories }: FittedCategorical,
  { maxCategories, minCategoryCount }: CategorySettings,
): Warning[] {
  if (otherCategories === 0 || categories.length < Math.min(maxCategories, otherCategories)) return [];
  return [
    {
      code: 'categories_folded',
      column,
      message: `The column '${column}' has ${categories.length + otherCategories} categories in the training rows: ${categories.length} have an input each (features.maxCategories is ${maxCategories}, features.minCategoryCount ${minCategoryCount}), the others share one.`,
    },
  ];
}

/**
 * The number of rows of each category, the most frequent first, ties by name; and of missing
 * values.
 */
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
