import { z } from 'zod';
import type { Table } from '../formats/table.ts';
import type { Warning } from '../kit/warning.ts';
import type { FeaturesSettings } from './defaults.ts';
import { columnInputs, type FittedColumn, fitColumn, fittedColumnSchema, isCategorical } from './fittedColumn.ts';
import { isLargeUnscaled, LARGE_INPUT } from './numeric.ts';
import { selectFeatureColumns } from './selectFeatureColumns.ts';

/** Columns that get a warning each; of more, one warning names so many. */
const NAMED_COLUMNS = 5;

/** What was fitted to the training rows, as it is kept with the model: plain JSON. */
export const fittedFeaturesSchema = z.strictObject({
  version: z.literal(1),
  columns: z.array(fittedColumnSchema),
});
export type FittedFeatures = z.infer<typeof fittedFeaturesSchema>;

/**
 * Fits the columns of the table to the given rows alone; `reserved` columns (target, split, weights) are no features.
 * The warnings are those that only the rows can tell; `chooseColumns` gives the others.
 */
export function fitFeatures(
  table: Table,
  rows: Int32Array,
  settings: FeaturesSettings,
  reserved: readonly string[],
): { readonly features: FittedFeatures; readonly warnings: readonly Warning[] } {
  const { used } = selectFeatureColumns(table.columns, settings, reserved);
  const warnings: Warning[] = [];
  const constant: string[] = [];
  const columns: FittedColumn[] = [];
  for (const { column, type } of used) {
    const fitted = fitColumn(type, column, rows, settings);
    if (fitted) columns.push(fitted);
    else constant.push(column.name);
    if (fitted?.kind === 'categorical') warnings.push(...otherCategoriesWarnings(fitted.column, fitted, settings));
  }
  warnings.push(...constantWarnings(constant), ...unscaledWarnings(columns));
  return { features: { version: 1, columns: denseFirst(columns) }, warnings };
}

/** The order of the inputs: the one-hot ones last, so that they can be codes (see `layoutOf`). */
function denseFirst(columns: readonly FittedColumn[]): FittedColumn[] {
  return [...columns.filter(({ kind }) => kind !== 'categorical'), ...columns.filter(isCategorical)];
}

/** The names of all inputs, in the order of the matrix's columns. */
export function inputNames(features: FittedFeatures): string[] {
  return features.columns.flatMap(columnInputs);
}

function constantWarnings(columns: readonly string[]): Warning[] {
  return eachOrAll('constant_column', columns, {
    each: (column) => `The column '${column}' has one value in the training rows and is left out.`,
    all: (count, named) => `${count} columns have one value in the training rows and are left out: ${named}.`,
  });
}

function unscaledWarnings(columns: readonly FittedColumn[]): Warning[] {
  const large = columns.filter((fitted) => fitted.kind === 'numeric' && isLargeUnscaled(fitted));
  const advice =
    'features.scaling is none, and large inputs slow down training or make it diverge: use another scaling.';
  return eachOrAll(
    'large_unscaled_column',
    large.map(({ column }) => column),
    {
      each: (column) => `The column '${column}' has values beyond ±${LARGE_INPUT} and is not scaled: ${advice}`,
      all: (count, named) =>
        `${count} columns have values beyond ±${LARGE_INPUT} and are not scaled (${named}): ${advice}`,
    },
  );
}

interface Messages {
  readonly each: (column: string) => string;
  readonly all: (count: number, named: string) => string;
}

/** One warning for each column; of many columns, one that names the first. */
function eachOrAll(code: string, columns: readonly string[], { each, all }: Messages): Warning[] {
  if (columns.length <= NAMED_COLUMNS) return columns.map((column) => ({ code, column, message: each(column) }));
  const named = columns.slice(0, NAMED_COLUMNS).map((column) => `'${column}'`);
  return [{ code, message: all(columns.length, `${named.join(', ')} and others`) }];
}

/** Said when the cap, not rarity alone, folds categories. */
function otherCategoriesWarnings(
  column: string,
  { categories, folded }: { readonly categories: readonly string[]; readonly folded: number },
  { maxCategories, minCategoryCount }: FeaturesSettings,
): Warning[] {
  if (folded === 0 || categories.length < Math.min(maxCategories, folded)) return [];
  return [
    {
      code: 'categories_folded',
      column,
      message: `The column '${column}' has ${categories.length + folded} categories in the training rows: ${categories.length} have an input each (features.maxCategories is ${maxCategories}, features.minCategoryCount ${minCategoryCount}), the others share one.`,
    },
  ];
}
