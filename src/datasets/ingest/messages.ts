import type { ColumnType } from '../../formats/columnTypes.ts';
import type { ParseOptions } from '../../formats/parseOptions.ts';
import type { FieldError } from '../../kit/contract/errors.ts';
import type { DatasetColumn, DatasetWarning } from '../profile/schemas.ts';

export type FileFormat = 'csv' | 'tsv' | 'ndjson' | 'json' | 'parquet';

/** What a client says about its file; null leaves it to be detected. */
export interface ReadOptions {
  /** One character. */
  readonly delimiter: string | null;
  readonly header: boolean | null;
  /** The cells that mean "missing", beside the empty one. */
  readonly nullValues: readonly string[] | null;
  /** Columns by name with the type that they are to have. */
  readonly types: readonly (readonly [string, ColumnType])[];
}

/** How large a table may be. */
export interface TableLimits {
  readonly rows: number;
  readonly columns: number;
  /** Characters of a column's name. */
  readonly nameLength: number;
  /** Bytes of a cell, as text in UTF-8. */
  readonly cellBytes: number;
  /** Bytes of a line of text, or of an object in an array of JSON. */
  readonly lineBytes: number;
}

/** What the ingestion process is asked; the file is `UPLOAD_FILE` of its working folder. */
export interface IngestRequest {
  readonly format: FileFormat | null;
  readonly options: ReadOptions;
  readonly memoryBytes: number;
  readonly limits: TableLimits;
}

/** The profile of the table that now lies in `TABLE_FILE`. */
export interface Ingested {
  readonly rows: number;
  readonly columns: readonly (DatasetColumn & { readonly readAs: ParseOptions })[];
  readonly warnings: readonly DatasetWarning[];
}

export type IngestResponse =
  | { readonly ingested: Ingested }
  | { readonly refusal: Pick<Refusal, 'message' | 'errors' | 'code'> }
  /** No fault of the file: there is no room for what is made of it. */
  | { readonly diskFull: true };

/** Names in the working folder of an ingestion: the file as it came, and the table it became. */
export const UPLOAD_FILE = 'upload';
export const TABLE_FILE = 'table.parquet';

/** A file that cannot be read, or an option that does not fit it; the message says what to do. */
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
