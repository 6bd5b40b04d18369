import { z } from 'zod';
import type { Table } from '../formats/table.ts';
import type { Warning, WarningCode } from '../kit/warning.ts';
import { LARGE_INPUT } from './columns/numeric.ts';
import { columnInputs, columnTypeOf, type FittedColumn, fittedColumnSchema } from './columns.ts';
import type { FeaturesSettings } from './defaults.ts';
import { selectFeatureColumns } from './selectFeatureColumns.ts';

/** More columns than this share one warning, which names the first ones. */
const NAMED_COLUMNS = 5;

/** The columns as fitted to the training rows. Plain JSON, stored with the model. */
export const fittedFeaturesSchema = z.strictObject({
  version: z.literal(1),
  columns: z.array(fittedColumnSchema),
});
export type FittedFeatures = z.infer<typeof fittedFeaturesSchema>;

/**
 * Fits the columns of the table to the given rows only. `reserved` columns (target, split, weights)
 * are not features. The warnings are those that depend on the rows; `selectFeatureColumns` returns
 * the others.
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
    const columnType = columnTypeOf(type);
    const fitted = columnType.fit(column, rows, settings);
    if (fitted) columns.push(fitted);
    else constant.push(column.name);
    if (fitted) warnings.push(...(columnType.warnings?.(fitted, settings) ?? []));
  }
  warnings.push(...constantWarnings(constant), ...unscaledWarnings(columns));
  return { features: { version: 1, columns: denseFirst(columns) }, warnings };
}

/**
 * The order of the inputs: one-hot columns last, because the network reads them as codes (see
 * `layoutOf`).
 */
function denseFirst(columns: readonly FittedColumn[]): FittedColumn[] {
  const isDense = ({ kind }: FittedColumn) => columnTypeOf(kind).block === 'dense';
  return [...columns.filter(isDense), ...columns.filter((fitted) => !isDense(fitted))];
}

/** The names of all inputs, in the order of the matrix's columns. */
export function inputNames(features: FittedFeatures): string[] {
  return features.columns.flatMap(columnInputs);
}

function constantWarnings(columns: readonly string[]): Warning[] {
  return eachOrAll('constant_column', columns, {
    each: (column) => `The column '${column}' has at most one value in the training rows and is left out.`,
    all: (count, named) => `${count} columns have at most one value in the training rows and are left out: ${named}.`,
  });
}

function unscaledWarnings(columns: readonly FittedColumn[]): Warning[] {
  const large = columns.filter((fitted) => columnTypeOf(fitted.kind).isLargeUnscaled?.(fitted));
  const advice =
    'features.scaling is `none`, and large inputs slow down training or make it diverge: use another scaling.';
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

/** One warning for each column, or one for many columns that names the first ones. */
function eachOrAll(code: WarningCode, columns: readonly string[], { each, all }: Messages): Warning[] {
  if (columns.length <= NAMED_COLUMNS) return columns.map((column) => ({ code, column, message: each(column) }));
  const named = columns.slice(0, NAMED_COLUMNS).map((column) => `'${column}'`);
  return [{ code, message: all(columns.length, `${named.join(', ')} and others`) }];
}
