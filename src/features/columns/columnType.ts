import type { z } from 'zod';
import type { Column } from '../../formats/table.ts';
import type { Warning } from '../../kit/warning.ts';
import type { Scaling } from '../scaling/scaling.ts';
import type { CodeBlock, InputBlock } from './blocks.ts';

/** The settings of a job that decide how columns are fitted. */
export interface FitSettings {
  readonly scaling: Scaling;
  readonly bins: number;
  readonly maxCategories: number;
  readonly minCategoryCount: number;
}

/** What training saw in a column, as the API describes a model's input. */
export interface ColumnDescription {
  /** The known categories, the most frequent first. */
  readonly categories?: readonly string[];
  /** Minimum and maximum of the training rows; times in ISO 8601. */
  readonly range?: readonly [number, number] | readonly [string, string];
}

/**
 * A type of column that networks read: how one column becomes inputs. `Fitted` is plain JSON,
 * stored with the model.
 */
interface BaseColumnType<Fitted> {
  readonly schema: z.ZodType<Fitted>;
  /**
   * Fits the column to the training rows. Undefined when all of them are equal or all are missing.
   */
  fit(column: Column, rows: Int32Array, settings: FitSettings): Fitted | undefined;
  /** The names of the inputs, in the order of the matrix. */
  inputs(fitted: Fitted): string[];
  /** How many inputs there are. */
  width(fitted: Fitted): number;
  /** An estimate of `width` from the profile: `distinct` values in all rows. */
  estimateWidth(distinct: number, settings: Pick<FitSettings, 'bins' | 'maxCategories'>): number;
  describe(fitted: Fitted): ColumnDescription;
  warnings?(fitted: Fitted, settings: FitSettings): readonly Warning[];
  /** Whether the inputs are not scaled and too large for a network. */
  isLargeUnscaled?(fitted: Fitted): boolean;
}

/** A column whose inputs are numbers. */
export interface DenseColumnType<Fitted> extends BaseColumnType<Fitted> {
  readonly block: 'dense';
  /** The column of a dataset as numbers of this type; NaN is missing. */
  readonly numbers: (column: Column) => Float64Array;
  /** Whether a value is so far outside the training rows that predictions for it are unreliable. */
  isFarOutside?(fitted: Fitted, value: number): boolean;
  /**
   * Converts the column, and returns what writes the inputs of rows. An absent column is missing in
   * every row.
   */
  writer(fitted: Fitted, column: Column | undefined): (rows: Int32Array, block: InputBlock) => void;
}

/** A column of which a row has one input at 1. Its writer writes the input's number, or NO_CODE. */
export interface OneHotColumnType<Fitted> extends BaseColumnType<Fitted> {
  readonly block: 'oneHot';
  writer(fitted: Fitted, column: Column | undefined): (rows: Int32Array, block: CodeBlock) => void;
  /** The inputs of a row with NO_CODE; empty when every row has a code. */
  unknownCategory(fitted: Fitted): readonly number[];
}

export type FeatureColumnType<Fitted> = DenseColumnType<Fitted> | OneHotColumnType<Fitted>;
