import type { OneHotColumn } from '../../engine/layers/inputs.ts';
import { columnTypeOf } from '../../features/columns.ts';
import { type FeaturesSettings, resolveFeatures } from '../../features/defaults.ts';
import type { FeaturesOptions } from '../../features/schemas.ts';
import { type ColumnSelection, selectFeatureColumns } from '../../features/selectFeatureColumns.ts';
import { pointer } from '../../kit/contract/errors.ts';
import type { Warning } from '../../kit/warning.ts';
import type { Issues } from './issues.ts';
import { addUnknownColumn, type ColumnShape, type DatasetShape } from './shape.ts';

const TWO_VALUES = 2;

/** The features with every default, the maximum number of their inputs, and warnings about them. */
export interface ResolvedFeatures {
  readonly settings: FeaturesSettings;
  readonly inputs: number;
  readonly numberColumns: number;
  readonly warnings: readonly Warning[];
}

/**
 * Checks the columns in `features` and fills in what depends on the data and on whether the
 * network embeds numbers; `reserved` columns are not features.
 */
export function resolveFeatureOptions(
  options: FeaturesOptions,
  dataset: DatasetShape,
  { reserved, isEmbedded }: { readonly reserved: readonly string[]; readonly isEmbedded: boolean },
  issues: Issues,
): ResolvedFeatures {
  checkNames(options, dataset, reserved, issues);
  const typed = { ...options, types: withTwoValuedColumns(options, dataset, reserved) };
  const { used, warnings } = selectFeatureColumns(dataset.columns, typed, reserved);
  if (used.length === 0) issues.add('/features', 'No feature columns remain.');
  const numberColumns = countNumberColumns(used);
  const settings = resolveFeatures(typed, { rows: dataset.rows, numberColumns, isEmbedded });
  return { settings, inputs: countInputs(used, settings).inputs, numberColumns, warnings };
}

/**
 * The types of the request, and `categorical` for each other number column with two values: their
 * distance means nothing.
 */
function withTwoValuedColumns(
  options: FeaturesOptions,
  dataset: DatasetShape,
  reserved: readonly string[],
): FeaturesOptions['types'] {
  const { used } = selectFeatureColumns(dataset.columns, options, reserved);
  const twoValued = used.filter(
    ({ column, type }) =>
      type === 'numeric' && column.distinct === TWO_VALUES && !Object.hasOwn(options.types, column.name),
  );
  return Object.fromEntries([
    ...Object.entries(options.types),
    ...twoValued.map(({ column: { name } }) => [name, 'categorical'] as const),
  ]);
}

/** How many of the columns are read as numbers. */
export function countNumberColumns(used: ColumnSelection<ColumnShape>['used']): number {
  return used.filter(({ type }) => type === 'numeric').length;
}

/** The approximate maximum number of inputs of the columns. */
export interface InputCounts {
  /** n[0]: dense and one-hot inputs. */
  readonly inputs: number;
  readonly dense: number;
  /** Columns with one-hot inputs: one code for each row, whatever the number of inputs. */
  readonly oneHot: readonly OneHotColumn[];
}

export function countInputs(
  used: ColumnSelection<ColumnShape>['used'],
  settings: Pick<FeaturesSettings, 'maxCategories' | 'bins'>,
): InputCounts {
  const estimated = used.map(({ column, type }) => {
    const { block, estimateWidth } = columnTypeOf(type);
    return { block, width: estimateWidth(column.distinct, settings) };
  });
  const widthsOf = (block: 'dense' | 'oneHot') =>
    estimated.filter((each) => each.block === block).map(({ width }) => width);
  const [dense, oneHot] = [sum(widthsOf('dense')), widthsOf('oneHot')];
  return { inputs: dense + sum(oneHot), dense, oneHot: oneHot.map((inputs) => ({ inputs })) };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function checkNames(
  { exclude, include, types }: FeaturesOptions,
  dataset: DatasetShape,
  reserved: readonly string[],
  issues: Issues,
): void {
  const columns = new Set(dataset.columns.map(({ name }) => name));
  const check = (name: string, path: string) => {
    if (!columns.has(name)) addUnknownColumn(dataset, name, path, issues);
  };
  for (const [i, name] of exclude.entries()) check(name, pointer(['features', 'exclude', i]));
  const named = [
    ...include.map((name, i) => ({ name, path: pointer(['features', 'include', i]) })),
    ...Object.keys(types).map((name) => ({ name, path: pointer(['features', 'types', name]) })),
  ];
  const excluded = new Set(exclude);
  for (const { name, path } of named) {
    check(name, path);
    if (reserved.includes(name))
      issues.add(path, `'${name}' is the target, the weights or the split, so it cannot be a feature.`);
    else if (excluded.has(name)) issues.add(path, `'${name}' is also excluded.`);
  }
}
