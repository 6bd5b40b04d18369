/**
 * One way to write the values of a type in a cell of text. It is declared once, as data, and
 * compiled to SQL for ingestion and to a function for rows to predict. Both read every trimmed
 * cell alike; `docs/formats.md` lists the rules.
 */
export interface ValueFormat {
  readonly name: string;
  /** SQL for the typed value of a trimmed cell; NULL when the cell has another format. */
  readonly value: (cell: string) => string;
  /** The value of a trimmed cell as a number; undefined when the cell has another format. */
  readonly read: (cell: string) => number | undefined;
  /** Whether the format is tried on columns whose type is not requested. */
  readonly detected: boolean;
  /** Whether every cell of the format has a digit: cells without one are not tried. */
  readonly hasDigits: boolean;
  /** The name of a format that reads the same cells as other values. */
  readonly ambiguousWith?: string;
  /** The unit that every cell has, such as % or €. */
  readonly unit?: string;
  /** Whether years have two digits, which leave the century open. */
  readonly twoDigitYear?: boolean;
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

/**
 * A type whose cells are numbers in memory: a boolean is 0 or 1, a time milliseconds since 1970.
 */
export interface NumberColumnType extends BaseColumnType {
  readonly cells: 'numbers';
  /** A value as text: in profiles, and as a category. */
  readonly toText: (value: number) => string;
}

/** A type whose cells are codes of words in memory. */
export interface WordColumnType extends BaseColumnType {
  readonly cells: 'words';
}

/** How the Parquet file of a dataset stores cells. */
export interface StoredType {
  readonly cells: 'numbers' | 'words';
  /** DuckDB's type of the column. */
  readonly duckdb: RegExp;
  /** DuckDB's types that an uploaded Parquet file may have for the same values. */
  readonly uploaded: RegExp;
  /** The column type of such cells, unless their values or the client decide otherwise. */
  readonly type: string;
  /** SQL for a typed cell in this type; NULL when it has no such value. */
  readonly cast: (cell: string) => string;
  /** SQL for a cell as DOUBLE; NULL is missing. */
  readonly double: (cell: string) => string;
  /** SQL for a cell as JSON shows it: where float64 may round it, its digits as text. */
  readonly json: (cell: string) => string;
  /** SQL for whether float64 may round a cell; null: it has all digits of every cell. */
  readonly isRounded: ((cell: string) => string) | null;
}

/** SQL for a number that is NULL unless it is finite. */
export const finite = (number: string) => `(CASE WHEN isfinite(${number}) THEN ${number} END)`;
/** SQL for a cell in another type of DuckDB, NULL when that fails. */
export const tryCast = (type: string) => (cell: string) => `TRY_CAST(${cell} AS ${type})`;
/** SQL for a cell as it is. */
export const asIs = (cell: string) => cell;
