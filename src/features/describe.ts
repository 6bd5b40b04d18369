import { isoTime } from '../kit/clock.ts';
import type { FittedFeatures } from './features.ts';
import type { FittedColumn } from './fittedColumn.ts';

/** An input of the model as people read it: a column of the rows to predict. */
export interface InputDescription {
  readonly name: string;
  readonly type: FittedColumn['kind'];
  /** The known categories, the most frequent first. */
  readonly categories?: readonly string[];
  /** Minimum and maximum of the training rows; times in ISO 8601. */
  readonly range?: readonly [number, number] | readonly [string, string];
}

/** The columns that the model reads, in the order of the dataset's `names`, with what training saw in them. */
export function describeInputs({ columns }: FittedFeatures, names: readonly string[]): InputDescription[] {
  const indexOf = new Map(names.map((name, index) => [name, index]));
  return columns.toSorted((a, b) => (indexOf.get(a.column) ?? 0) - (indexOf.get(b.column) ?? 0)).map(describeColumn);
}

function describeColumn(fitted: FittedColumn): InputDescription {
  const input = { name: fitted.column, type: fitted.kind };
  switch (fitted.kind) {
    case 'numeric':
      return { ...input, range: fitted.range };
    case 'categorical':
      return { ...input, categories: fitted.categories };
    case 'boolean':
      return input;
    case 'datetime':
      return { ...input, range: [isoTime(fitted.range[0]), isoTime(fitted.range[1])] };
  }
}
