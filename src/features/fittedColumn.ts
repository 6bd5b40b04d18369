import { z } from 'zod';
import type { Column } from '../formats/table.ts';
import { booleanInputs, countBooleanInputs, fitBoolean, fittedBooleanSchema, writeBoolean } from './boolean.ts';
import {
  categoricalInputs,
  countCategoricalInputs,
  type FittedCategorical,
  fitCategorical,
  fittedCategoricalSchema,
  writeCategorical,
} from './categorical.ts';
import { countDatetimeInputs, datetimeInputs, fitDatetime, fittedDatetimeSchema, writeDatetime } from './datetime.ts';
import type { FeaturesSettings } from './defaults.ts';
import type { InputBlock } from './matrix.ts';
import { countNumericInputs, fitNumeric, fittedNumericSchema, numericInputs, writeNumeric } from './numeric.ts';
import type { FeatureType } from './selectFeatureColumns.ts';

/** One row for each type of column: a new type is its file and a row in each of these. */
export const fittedColumnSchema = z.discriminatedUnion('kind', [
  fittedNumericSchema,
  fittedCategoricalSchema,
  fittedBooleanSchema,
  fittedDatetimeSchema,
]);
export type FittedColumn = z.infer<typeof fittedColumnSchema>;

export function isCategorical(fitted: FittedColumn): fitted is FittedCategorical {
  return fitted.kind === 'categorical';
}

/** Fits one column to the training rows; undefined when they say nothing. */
export function fitColumn(
  type: FeatureType,
  column: Column,
  rows: Int32Array,
  settings: FeaturesSettings,
): FittedColumn | undefined {
  switch (type) {
    case 'numeric':
      return fitNumeric(column, rows, settings);
    case 'categorical':
      return fitCategorical(column, rows, settings);
    case 'boolean':
      return fitBoolean(column, rows);
    case 'datetime':
      return fitDatetime(column, rows);
  }
}

/** The names of the inputs that the column becomes. */
export function columnInputs(fitted: FittedColumn): string[] {
  switch (fitted.kind) {
    case 'numeric':
      return numericInputs(fitted);
    case 'categorical':
      return categoricalInputs(fitted);
    case 'boolean':
      return booleanInputs(fitted);
    case 'datetime':
      return datetimeInputs(fitted);
  }
}

/** How many inputs the column becomes. */
export function countInputs(fitted: FittedColumn): number {
  switch (fitted.kind) {
    case 'numeric':
      return countNumericInputs(fitted);
    case 'categorical':
      return countCategoricalInputs(fitted);
    case 'boolean':
      return countBooleanInputs(fitted);
    case 'datetime':
      return countDatetimeInputs(fitted);
  }
}

/** Writes the column's inputs of each of the rows; an absent column is missing everywhere. */
export function writeColumn(
  fitted: FittedColumn,
  column: Column | undefined,
  rows: Int32Array,
  block: InputBlock,
): void {
  switch (fitted.kind) {
    case 'numeric':
      writeNumeric(fitted, column, rows, block);
      break;
    case 'categorical':
      writeCategorical(fitted, column, rows, block);
      break;
    case 'boolean':
      writeBoolean(fitted, column, rows, block);
      break;
    case 'datetime':
      writeDatetime(fitted, column, rows, block);
      break;
  }
}
