/** What the client commands read of the API's answers; each answer has more. */
import type { ColumnType } from '../kit/table.ts';

export interface Dataset {
  readonly id: string;
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  readonly warnings: readonly { readonly message: string }[];
}

/** Numbers by name, and for classes the confusion matrix: a row for each true class, a column for each predicted one. */
export interface Metrics {
  readonly confusionMatrix?: readonly (readonly number[])[];
  readonly [name: string]: number | null | readonly (readonly number[])[] | undefined;
}

export interface Model {
  readonly id: string;
  readonly target: string;
  readonly task: 'binary' | 'multiclass' | 'regression';
  readonly classes: readonly string[] | null;
  readonly inputs: readonly { readonly name: string }[];
  readonly metrics: { readonly [split in 'training' | 'validation' | 'test']?: Metrics | null };
}

export type Row = Readonly<Record<string, string | number | boolean | null>>;

export interface Rows {
  readonly items: readonly Row[];
}

export interface Predictions {
  readonly predictions: readonly {
    readonly label?: string | number | boolean;
    readonly probabilities?: Readonly<Record<string, number>>;
    readonly value?: number;
  }[];
}
