import { z } from 'zod';
import { boolean } from './columns/boolean.ts';
import { categorical, type FittedCategorical } from './columns/categorical.ts';
import type { FeatureColumnType } from './columns/columnType.ts';
import { datetime } from './columns/datetime.ts';
import { numeric } from './columns/numeric.ts';

/** Every type of column that networks read. A new type is a file and a row here. */
const TYPES = { numeric, categorical, boolean, datetime };

export type FeatureType = keyof typeof TYPES;
const [firstType, ...otherTypes] = Object.values(TYPES);

export const fittedColumnSchema = z.discriminatedUnion('kind', [
  firstType.schema,
  ...otherTypes.map(({ schema }) => schema),
]);
export type FittedColumn = z.infer<typeof fittedColumnSchema>;

/** The names of the table's rows. */
export const FEATURE_TYPES = Object.keys(TYPES) as readonly FeatureType[];

export function isFeatureType(type: string): type is FeatureType {
  return Object.hasOwn(TYPES, type);
}

/** The row of a type, as a row of any type: callers pass it what `fit` of the same row returned. */
export function columnTypeOf(type: FeatureType): FeatureColumnType<FittedColumn> {
  return TYPES[type];
}

/** Whether the column is a dictionary of words, read as codes. */
export function isCategorical(fitted: FittedColumn): fitted is FittedCategorical {
  return fitted.kind === 'categorical';
}

/** The names of the inputs of a column. */
export function columnInputs(fitted: FittedColumn): string[] {
  return columnTypeOf(fitted.kind).inputs(fitted);
}

/** The number of inputs of a column. */
export function countInputs(fitted: FittedColumn): number {
  return columnTypeOf(fitted.kind).width(fitted);
}
