import type { StoredAs } from '../../../formats/columnTypes.ts';
import type { DatasetWarning } from '../../profile/schemas.ts';
import type { Refusal } from '../protocol/messages.ts';

/** A file of any format as one relation of DuckDB with the columns `c0`, `c1`, … */
export interface Source<Column = SourceColumn> extends Reading {
  readonly columns: readonly Column[];
  /** The separator of the values of a line; null without lines. */
  readonly delimiter: string | null;
  /**
   * Statements that create the table `STAGED`: a list `cells` for each row. Null: staged in the
   * default way.
   */
  readonly staging: readonly string[] | null;
  /** Warnings about the file. Called after all rows are read. */
  readonly warnings: () => Promise<readonly DatasetWarning[]>;
}

/** One way to read a file. */
export interface Reading {
  /** The SQL after FROM. */
  readonly relation: string;
  /** The next reading to try after this error, or null. */
  readonly fallback: (error: unknown) => Reading | null;
  /** The refusal for an error of DuckDB. */
  readonly refusalOf: (error: unknown) => Refusal;
}

/** A column as a reader finds it. The name is empty when the file has none. */
export type FoundColumn = Omit<SourceColumn, 'nameless'>;

export interface SourceColumn {
  /** The column's id in the relation. */
  readonly id: string;
  /** As in the file, numbered when it repeats, generated when it is missing. */
  readonly name: string;
  readonly nameless: boolean;
  /**
   * The file's own type for typed columns of Parquet; `text` columns get their type from their
   * cells.
   */
  readonly kind: StoredAs;
}
