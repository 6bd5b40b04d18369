import type { InputLayout } from '../engine/network/spec.ts';
import { findColumn, type Table } from '../formats/table.ts';
import type { DenseColumnType, OneHotColumnType } from './columns/columnType.ts';
import { columnTypeOf, countInputs, type FittedColumn } from './columns.ts';
import type { FittedFeatures } from './features.ts';

/** Rows as the network reads them. */
export interface Inputs {
  /** The dense inputs (dense, m), all inputs of a row together. */
  readonly X: Float32Array;
  /**
   * The codes of the one-hot columns (columns, m): the number of the input that is 1 among all
   * one-hot inputs, or NO_CODE.
   */
  readonly codes: Int32Array;
}

/** The layout of the inputs, in the order of the fitted columns: dense columns come first. */
export function layoutOf({ columns }: FittedFeatures): InputLayout {
  const oneHot = oneHotOf(columns).map(({ fitted, type }) => ({
    inputs: countInputs(fitted),
    unknownCategory: type.unknownCategory(fitted),
  }));
  return { inputs: sumInputs(columns), oneHot };
}

/** How many dense inputs a row has. */
export function denseWidth({ columns }: FittedFeatures): number {
  return sumInputs(denseOf(columns).map(({ fitted }) => fitted));
}

/** The dense inputs that are the scaled numbers of number columns: what an embedding reads. */
export function numberInputs({ columns }: FittedFeatures): readonly number[] {
  let next = 0;
  return denseOf(columns).flatMap(({ fitted }) => {
    const first = next;
    next += countInputs(fitted);
    return fitted.kind === 'numeric' ? [first] : [];
  });
}

/** The inputs of the given rows, by default of all rows. */
export function transform(features: FittedFeatures, table: Table, rows: Int32Array = allRows(table)): Inputs {
  const { oneHot } = layoutOf(features);
  const inputs = {
    X: new Float32Array(rows.length * denseWidth(features)),
    codes: new Int32Array(rows.length * oneHot.length),
  };
  transformer(features, table)(rows, inputs);
  return inputs;
}

/**
 * Converts each column of the table once, and returns what writes the inputs of rows. X must be 0
 * before.
 */
export function transformer({ columns }: FittedFeatures, table: Table): (rows: Int32Array, inputs: Inputs) => void {
  const writeDense = denseWriters(columns, table);
  const writeOneHot = oneHotWriters(columns, table);
  return (rows, { X, codes }) => {
    for (const write of writeDense) write(rows, X);
    for (const write of writeOneHot) write(rows, codes);
  };
}

interface Typed<Type> {
  readonly fitted: FittedColumn;
  readonly type: Type;
}

function denseOf(columns: readonly FittedColumn[]): Typed<DenseColumnType<FittedColumn>>[] {
  return columns.flatMap((fitted) => {
    const type = columnTypeOf(fitted.kind);
    return type.block === 'dense' ? [{ fitted, type }] : [];
  });
}

function oneHotOf(columns: readonly FittedColumn[]): Typed<OneHotColumnType<FittedColumn>>[] {
  return columns.flatMap((fitted) => {
    const type = columnTypeOf(fitted.kind);
    return type.block === 'oneHot' ? [{ fitted, type }] : [];
  });
}

function denseWriters(columns: readonly FittedColumn[], table: Table) {
  const dense = denseOf(columns);
  const width = sumInputs(dense.map(({ fitted }) => fitted));
  let next = 0;
  return dense.map(({ fitted, type }) => {
    const write = type.writer(fitted, findColumn(table, fitted.column));
    const offset = next;
    next += countInputs(fitted);
    return (rows: Int32Array, values: Float32Array) => write(rows, { values, offset, width });
  });
}

function oneHotWriters(columns: readonly FittedColumn[], table: Table) {
  const oneHot = oneHotOf(columns);
  const width = oneHot.length;
  let next = 0;
  return oneHot.map(({ fitted, type }, offset) => {
    const write = type.writer(fitted, findColumn(table, fitted.column));
    const firstInput = next;
    next += countInputs(fitted);
    return (rows: Int32Array, codes: Int32Array) => write(rows, { codes, offset, width, firstInput });
  });
}

function sumInputs(columns: readonly FittedColumn[]): number {
  return columns.reduce((sum, fitted) => sum + countInputs(fitted), 0);
}

function allRows(table: Table): Int32Array {
  return new Int32Array(table.rows).map((_, row) => row);
}
