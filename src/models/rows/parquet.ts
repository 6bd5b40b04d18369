import type { ParquetRows } from '../../datasets/upload/parquetRows.ts';
import { elementsOf } from '../../formats/text/jsonSource.ts';
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
  let rows: string[] = [];
  let first = 0;
  let length = 0;
  for await (const { text } of linesOf(lines, MAX_LINE_LENGTH)) {
    rows.push(text);
    length += text.length;
    if (rows.length < chunkRows && length < CHUNK_TEXT) continue;
    yield toRawRows(rows, first, names);
    first += rows.length;
    [rows, length] = [[], 0];
  }
  if (rows.length > 0) yield toRawRows(rows, first, names);
}

function toRawRows(lines: readonly string[], first: number, names: readonly string[]): RawRows {
  const rows: readonly (readonly unknown[])[] = lines.map((line) => JSON.parse(line));
  const sources = new Map<number, readonly string[]>();
  const sourcesIn = (row: number) => {
    const elements = sources.get(row) ?? elementsOf(lines[row] ?? '[]');
    sources.set(row, elements);
    return elements;
  };
  return {
    ...{ count: rows.length, first, issues: [] },
    column(name) {
      const index = names.indexOf(name);
      return (row) => rows[row]?.[index];
    },
    texts(name) {
      const index = names.indexOf(name);
      return (row) => {
        const cell = rows[row]?.[index];
        return typeof cell === 'number' ? sourcesIn(row)[index] : cell;
      };
    },
  };
}
