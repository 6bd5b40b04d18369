import { z } from 'zod';
import type { Table } from '../kit/table.ts';
import type { Warning } from '../kit/warning.ts';
import { chooseColumns } from './choose.ts';
import type { FeaturesSettings } from './defaults.ts';
import { columnInputs, type FittedColumn, fitColumn, fittedColumnSchema, isCategorical } from './fitted.ts';

/** Columns left out for being constant that get a warning each. */
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
  const { used } = chooseColumns(table.columns, settings, reserved);
  const warnings: Warning[] = [];
  const constant: string[] = [];
  const columns: FittedColumn[] = [];
  for (const { column, type } of used) {
    const fitted = fitColumn(type, column, rows, settings);
    if (fitted) columns.push(fitted);
    else constant.push(column.name);
    if (fitted?.kind === 'categorical') warnings.push(...foldedWarnings(fitted.column, fitted, settings));
  }
  warnings.push(...constantWarnings(constant));
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

/** One warning for each column; of many columns, one that names the first. */
function constantWarnings(columns: readonly string[]): Warning[] {
  const code = 'constant_column';
  if (columns.length > NAMED_COLUMNS) {
    const named = columns.slice(0, NAMED_COLUMNS).map((column) => `'${column}'`);
    const message = `${columns.length} columns have one value in the training rows and are left out: ${named.join(', ')} and others.`;
    return [{ code, message }];
  }
  return columns.map((column) => ({
    code,
    column,
    message: `The column '${column}' has one value in the training rows and is left out.`,
  }));
}

/** Said when the cap, not rarity alone, folds categories. */
function foldedWarnings(
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
