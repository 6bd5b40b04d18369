import type { ColumnType } from '../../../formats/columnTypes.ts';
import type { ParseOptions } from '../../../formats/parseOptions.ts';
import type { FileFormat } from '../../../formats/text/fileFormat.ts';
import type { FieldError } from '../../../kit/contract/errors.ts';
import type { DatasetColumn, DatasetWarning } from '../../profile/schemas.ts';

/** The options of an upload; null: detect it. */
export interface ReadOptions {
  /** One character. */
  readonly delimiter: string | null;
  readonly header: boolean | null;
  /** The cells that mean "missing", in addition to the empty cell. */
  readonly nullValues: readonly string[] | null;
  /** Names of columns with the requested type. */
  readonly types: readonly (readonly [string, ColumnType])[];
}

/** The maximum sizes of a table. */
export interface TableLimits {
  readonly rows: number;
  readonly columns: number;
  /** Characters of a column name. */
  readonly nameLength: number;
  /** Bytes of a cell in UTF-8. */
  readonly cellBytes: number;
  /** Bytes of a line of text, or of an object in a JSON array. */
  readonly lineBytes: number;
}

/** The request to the ingestion process; the file is `UPLOAD_FILE` in its working folder. */
export interface IngestRequest {
  readonly format: FileFormat | null;
  /** The charset of the request; null: it is detected. */
  readonly charset: string | null;
  readonly options: ReadOptions;
  readonly memoryBytes: number;
  readonly limits: TableLimits;
}

/** The profile of the table in `TABLE_FILE`. */
export interface Ingested {
  readonly rows: number;
  readonly columns: readonly (DatasetColumn & { readonly readAs: ParseOptions })[];
  readonly warnings: readonly DatasetWarning[];
}

export type IngestResponse =
  | { readonly ingested: Ingested }
  | { readonly refusal: Pick<Refusal, 'message' | 'errors' | 'code'> }
  /** Not a fault of the file: the disk has no space for the table. */
  | { readonly diskFull: true };

/** The request to the process that reads Parquet for predictions; the file is `UPLOAD_FILE`. */
export interface ParquetRowsRequest {
  readonly memoryBytes: number;
  readonly limits: TableLimits;
}

export type ParquetRowsResponse =
  /** The columns. Their rows follow on the standard output, a JSON list a line. */
  | { readonly names: readonly string[] }
  | { readonly done: true }
  | { readonly refusal: Pick<Refusal, 'message' | 'code'> };

/** Names in the working folder of an ingestion: the uploaded file, and the table made from it. */
export const UPLOAD_FILE = 'upload';
export const TABLE_FILE = 'table.parquet';

/** A file that cannot be read, or an option that does not fit it. The message says what to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly errors: readonly FieldError[];
  readonly code: 'invalid_file' | 'table_too_large';

  constructor(message: string, errors: readonly FieldError[] = [], code: Refusal['code'] = 'invalid_file') {
    super(message);
    this.code = code;
    this.errors = errors;
  }
}

/** A file whose table exceeds a limit. */
export function tooLarge(message: string): Refusal {
  return new Refusal(message, [], 'table_too_large');
}
