import type { StoredAs } from '../../../formats/columnTypes.ts';
import type { Refusal } from '../messages.ts';

/** A file as one relation of DuckDB with the columns `c0`, `c1`, …: what the steps after it read, whatever the format was. */
export interface Source<Column = SourceColumn> extends Reading {
  readonly columns: readonly Column[];
  /** What stands between the values of a line, where there are lines. */
  readonly delimiter: string | null;
  /** Statements that make the table `STAGED` of all cells, a list `cells` for each row; null where any source can be staged alike. */
  readonly staging: readonly string[] | null;
}

/** One way to read a file. */
export interface Reading {
  /** What goes after FROM. */
  readonly relation: string;
  /** Another way to try when reading failed so; null when nothing else is worth it. */
  readonly fallback: (error: unknown) => Reading | null;
  /** What DuckDB's complaint means for the one who made the file. */
  readonly refusalOf: (error: unknown) => Refusal;
}

/** A column as a reader finds it; the name is empty where the file has none. */
export type FoundColumn = Omit<SourceColumn, 'nameless'>;

export interface SourceColumn {
  /** The column's id in the relation. */
  readonly id: string;
  /** As in the file, told apart and made up where need be. */
  readonly name: string;
  readonly nameless: boolean;
  /** `text` is still to be understood; the others come typed, from Parquet. */
  readonly kind: StoredAs;
}
