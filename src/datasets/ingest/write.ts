import type { BooleanWords } from '../../formats/table.ts';
import { literal } from '../../formats/types/sql.ts';
import type { Session } from '../duckdb/duckdb.ts';
import { columnId } from '../duckdb/sql.ts';
import { TABLE_FILE } from './protocol/messages.ts';
import type { PlannedColumn } from './scan/plan.ts';
import type { Relation } from './source/relation.ts';

/** DuckDB buffers a complete row group in memory: this many cells are some hundred megabytes. */
const CELLS_PER_ROW_GROUP = 16 * 2 ** 20;
/** The rows of a DuckDB vector; a row group is a multiple of it. */
const VECTOR_ROWS = 2048;
const MAX_ROW_GROUP = 60 * VECTOR_ROWS;

/**
 * DuckDB allocates a dictionary for each column of text: the memory of all of them, and of one at
 * most.
 */
const DICTIONARIES_BYTES = 2 ** 29;
const LARGEST_DICTIONARY_BYTES = 2 ** 20;

/** More expressions than this take too long to plan and too much memory. */
const MAX_EXPRESSIONS = 1000;

/**
 * Writes the table as Parquet: rows in the order of the file, columns `c0`, `c1`, …; their names
 * and the words of booleans in the metadata.
 */
export async function writeTable(
  session: Session,
  relation: Relation,
  columns: readonly PlannedColumn[],
  booleanWords: readonly (BooleanWords | null)[],
): Promise<void> {
  const names = literal(JSON.stringify(columns.map(({ name }) => name)));
  const words = literal(JSON.stringify(booleanWords));
  const vectors = Math.floor(CELLS_PER_ROW_GROUP / columns.length / VECTOR_ROWS);
  const rowGroup = Math.min(MAX_ROW_GROUP, Math.max(1, vectors) * VECTOR_ROWS);
  const dictionary = Math.min(LARGEST_DICTIONARY_BYTES, Math.floor(DICTIONARIES_BYTES / columns.length));
  const select = columns.length > MAX_EXPRESSIONS ? selectByLists(relation, columns) : selectCells(relation, columns);
  await session.query(
    `COPY (${select}) TO ${literal(TABLE_FILE)}
     (FORMAT parquet, USE_TMP_FILE false, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroup},
      STRING_DICTIONARY_PAGE_SIZE_LIMIT ${dictionary}, KV_METADATA {names: ${names}, words: ${words}})`,
  );
}

function selectCells(relation: Relation, columns: readonly PlannedColumn[]): string {
  const cells = columns.map((column, index) => `${column.sql(cellOf(relation, column))} AS ${columnId(index)}`);
  return `SELECT ${cells.join(', ')} FROM ${relation.from}`;
}

/** One expression for the cells of all text columns with the same format. */
function selectByLists(relation: Relation, columns: readonly PlannedColumn[]): string {
  const alike = [...Map.groupBy(columns.filter(isText), ({ sql }) => sql('cell'))];
  const lists = alike.map(
    ([sql, some], index) =>
      `list_transform(${relation.list(some.map(({ id }) => id))}, lambda cell: ${sql}) AS list${index}`,
  );
  const listed = new Map(
    alike.flatMap(([, some], index) => some.map(({ id }, place) => [id, `list${index}[${place + 1}]`] as const)),
  );
  const typed = columns.filter((column) => !isText(column)).map(({ id, sql }) => `${sql(id)} AS ${id}`);
  const cells = columns.map(({ id }, index) => `${listed.get(id) ?? id} AS ${columnId(index)}`);
  return `SELECT ${cells.join(', ')} FROM (SELECT ${[...lists, ...typed].join(', ')} FROM ${relation.from})`;
}

function cellOf(relation: Relation, column: PlannedColumn): string {
  return isText(column) ? relation.cell(column.id) : column.id;
}

/** Whether the file has text in the column. */
function isText({ present }: PlannedColumn): boolean {
  return present !== null;
}
