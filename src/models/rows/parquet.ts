import type { ParquetRows } from '../../datasets/upload/parquetRows.ts';
import { checkNames, datasetNames } from './columnNames.ts';
import { linesOf } from './ndjson.ts';
import type { RawRows } from './rawRows.ts';

/** Characters of a chunk at most, so that chunks of long rows have fewer rows. */
const CHUNK_TEXT = 2 ** 20;
/** The longest row. */
const MAX_LINE_LENGTH = 2 ** 26;

/**
 * Chunks of rows of Parquet. Throws ServiceError `invalid_rows` for a column that the model's
 * dataset does not have.
 */
export async function* readParquet(
  { names: found, lines }: ParquetRows,
  known: ReadonlySet<string>,
  chunkRows: number,
): AsyncGenerator<RawRows> {
  const names = datasetNames(found, known);
  checkNames(names, known);
  let rows: (readonly unknown[])[] = [];
  let first = 0;
  let length = 0;
  for await (const { text } of linesOf(lines, MAX_LINE_LENGTH)) {
    rows.push(JSON.parse(text));
    length += text.length;
    if (rows.length < chunkRows && length < CHUNK_TEXT) continue;
    yield toRawRows(rows, first, names);
    first += rows.length;
    [rows, length] = [[], 0];
  }
  if (rows.length > 0) yield toRawRows(rows, first, names);
}

function toRawRows(rows: readonly (readonly unknown[])[], first: number, names: readonly string[]): RawRows {
  const column = (name: string) => {
    const index = names.indexOf(name);
    return (row: number) => rows[row]?.[index];
  };
  return { count: rows.length, first, issues: [], column, texts: column };
}
