import type { ColumnDescription } from './columns/columnType.ts';
import { columnTypeOf, type FeatureType, type FittedColumn } from './columns.ts';
import type { FittedFeatures } from './features.ts';

/** An input of the model as the API shows it: a column of the rows to predict. */
export interface InputDescription extends ColumnDescription {
  readonly name: string;
  readonly type: FeatureType;
}

/** The columns that the model reads, in the order of the dataset's `names`. */
export function describeInputs({ columns }: FittedFeatures, names: readonly string[]): InputDescription[] {
  const indexOf = new Map(names.map((name, index) => [name, index]));
  return columns.toSorted((a, b) => (indexOf.get(a.column) ?? 0) - (indexOf.get(b.column) ?? 0)).map(describeInput);
}

function describeInput(fitted: FittedColumn): InputDescription {
  return { name: fitted.column, type: fitted.kind, ...columnTypeOf(fitted.kind).describe(fitted) };
}
