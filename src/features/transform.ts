import { findColumn, type Table } from '../formats/table.ts';
import { type FittedCategorical, unknownCategoryInputs, writeCodes } from './categorical.ts';
import type { FittedFeatures } from './features.ts';
import { countInputs, type FittedColumn, isCategorical, writeColumn } from './fittedColumn.ts';

/** The inputs of a categorical column: a row has one of them at 1, all others at 0. */
interface OneHotInputs {
  readonly inputs: number;
  /** What they are in a row without a code; empty where there is no such row. */
  readonly unknownCategory: readonly number[];
}

/** What the features give a network: the engine's `NetworkSpec` without layers. */
export interface InputLayout {
  /** n[0]: all inputs. */
  readonly inputs: number;
  /** The last of them, column by column. */
  readonly oneHot: readonly OneHotInputs[];
}

/** Rows as the network takes them. */
export interface Inputs {
  /** The dense inputs (dense, m), one row's together. */
  readonly X: Float32Array;
  /** The codes of the categorical columns (columns, m): the number of the input that is 1 among all one-hot ones, or NO_CODE. */
  readonly codes: Int32Array;
}

/** How the inputs lie. The fitted columns' order is theirs, and the categorical columns at its end are the one-hot ones. */
export function layoutOf({ columns }: FittedFeatures): InputLayout {
  const oneHot = splitBlocks(columns).oneHot.map((fitted) => ({
    inputs: countInputs(fitted),
    unknownCategory: unknownCategoryInputs(fitted),
  }));
  return { inputs: count(columns), oneHot };
}

/** The inputs of the given rows (all rows when left out). */
export function transform(features: FittedFeatures, table: Table, rows: Int32Array = allRows(table)): Inputs {
  const { dense, oneHot } = splitBlocks(features.columns);
  return { X: denseInputs(dense, table, rows), codes: oneHotCodes(oneHot, table, rows) };
}

/** Features fitted by earlier versions have categorical columns between the others: those are written out. */
function splitBlocks(columns: readonly FittedColumn[]): {
  readonly dense: readonly FittedColumn[];
  readonly oneHot: readonly FittedCategorical[];
} {
  const dense = columns.slice(0, columns.findLastIndex((fitted) => !isCategorical(fitted)) + 1);
  return { dense, oneHot: columns.slice(dense.length).filter(isCategorical) };
}

function denseInputs(columns: readonly FittedColumn[], table: Table, rows: Int32Array): Float32Array {
  const width = count(columns);
  const values = new Float32Array(rows.length * width);
  let offset = 0;
  for (const fitted of columns) {
    writeColumn(fitted, findColumn(table, fitted.column), rows, { values, offset, width });
    offset += countInputs(fitted);
  }
  return values;
}

function oneHotCodes(columns: readonly FittedCategorical[], table: Table, rows: Int32Array): Int32Array {
  const width = columns.length;
  const codes = new Int32Array(rows.length * width);
  let firstInput = 0;
  for (const [offset, fitted] of columns.entries()) {
    writeCodes(fitted, findColumn(table, fitted.column), rows, { codes, offset, width, firstInput });
    firstInput += countInputs(fitted);
  }
  return codes;
}

function count(columns: readonly FittedColumn[]): number {
  return columns.reduce((sum, fitted) => sum + countInputs(fitted), 0);
}

function allRows(table: Table): Int32Array {
  return Int32Array.from({ length: table.rows }, (_, row) => row);
}
