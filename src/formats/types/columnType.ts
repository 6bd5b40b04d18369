/** One way to write the values of a type in a cell of text. */
export interface ValueFormat {
  readonly name: string;
  /** SQL for the typed value of a trimmed cell; NULL when the cell has another format. */
  readonly value: (cell: string) => string;
  /** Whether the format is tried on columns whose type is not requested. */
  readonly detected: boolean;
  /** Whether every cell of the format has a digit: cells without one are not tried. */
  readonly hasDigits: boolean;
  /** The name of a format that reads the same cells as other values. */
  readonly ambiguousWith?: string;
}

/**
 * A number (a boolean is 0 or 1, a time is milliseconds since 1970); NaN is missing, undefined is a
 * wrong type.
 */
export type NumberReader = (cell: unknown) => number | undefined;
/** A word; null is missing, undefined is a wrong type. */
export type WordReader = (cell: unknown) => string | null | undefined;

/** Where the cells of a row to predict come from. */
interface CellSource {
  /** The delimiter of the text; null: values of JSON. */
  readonly delimiter: string | null;
  /** The name of the format in the dataset's file; '' when it is not known. */
  readonly form: string;
}

interface BaseColumnType {
  /**
   * What the dataset's profile shows: a histogram, minimum and maximum, or the most frequent
   * values.
   */
  readonly profile: 'histogram' | 'range' | 'values';
  /** The row of `STORED_TYPES` in which ingestion stores the cells. */
  readonly storedAs: string;
  /**
   * The formats of cells of text, most likely first. `delimiter` is the file's, null without lines.
   */
  readonly formats: (delimiter: string | null) => readonly ValueFormat[];
}

/** A type whose cells are numbers in memory. */
export interface NumberColumnType extends BaseColumnType {
  readonly cells: 'numbers';
  /** Reads the cells of rows to predict that are not missing. */
  readonly reader: (source: CellSource) => NumberReader;
  /** What a wrong cell should have been, for an error message. */
  readonly expected: string;
  /** A value as text: in profiles, and as a category. */
  readonly toText: (value: number) => string;
}

/** A type whose cells are codes of words in memory. */
export interface WordColumnType extends BaseColumnType {
  readonly cells: 'words';
  readonly reader: (source: CellSource) => WordReader;
  readonly expected: string;
}

/** How the Parquet file of a dataset stores cells. */
export interface StoredType {
  readonly cells: 'numbers' | 'words';
  /** DuckDB's type of the column. */
  readonly duckdb: string;
  /** DuckDB's types that an uploaded Parquet file may have for the same values. */
  readonly uploaded: RegExp;
  /** The column type of such cells, unless their values or the client decide otherwise. */
  readonly type: string;
  /** SQL for a typed cell in this type; NULL when it has no such value. */
  readonly cast: (cell: string) => string;
  /** SQL for a cell as DOUBLE; NULL is missing. */
  readonly double: (cell: string) => string;
  /** SQL for a cell as JSON shows it. */
  readonly json: (cell: string) => string;
}

/** SQL for a number that is NULL unless it is finite. */
export const finite = (number: string) => `(CASE WHEN isfinite(${number}) THEN ${number} END)`;
/** SQL for a cell in another type of DuckDB, NULL when that fails. */
export const tryCast = (type: string) => (cell: string) => `TRY_CAST(${cell} AS ${type})`;
/** SQL for a cell as it is. */
export const asIs = (cell: string) => cell;
