import type { Session } from '../../duckdb/duckdb.ts';
import { columnId } from '../../duckdb/sql.ts';
import type { Source } from './source.ts';

/**
 * The rows of a file as one relation of DuckDB. Typed columns of the file are always columns of it.
 */
export interface Relation {
  /** The SQL after FROM. */
  readonly from: string;
  /** SQL for a cell of a column of text. */
  readonly cell: (id: string) => string;
  /** SQL for the list of a row's cells in these columns of text. */
  readonly list: (ids: readonly string[]) => string;
  /**
   * Columns of text that one statement reads: longer lists need too much memory or gain nothing.
   */
  readonly columnsPerStatement: number;
}

/** The table of `Source.staging`. */
export const STAGED = 'staged';
/**
 * With more columns, a pass over the text costs more than storing its cells once, a list for each
 * row.
 */
const MAX_UNSTAGED_COLUMNS = 1000;
/** DuckDB groups by integers of one byte without a hash table, in 7 % less time. */
const MOST_SMALL_PLACES = 256;

/** A relation with a column for each column of the file. */
export function byColumns(from: string): Relation {
  return {
    from,
    cell: (id) => id,
    list: (ids) => `[${ids.join(', ')}]`,
    columnsPerStatement: MAX_UNSTAGED_COLUMNS,
  };
}

/**
 * The relation of a source. The cells of a wide text are read once, into a table for all further
 * passes.
 */
export async function openRelation(session: Session, source: Source): Promise<Relation> {
  const statements = source.staging ?? stagingOf(source);
  if (statements === null) return byColumns(source.relation);
  for (const statement of statements) await session.query(statement);
  const places = new Map(source.columns.map(({ id }, place) => [id, place + 1]));
  return {
    from: STAGED,
    cell: (id) => `cells[${places.get(id)}]`,
    list: (ids) =>
      ids.length === places.size ? 'cells' : `list_select(cells, [${ids.map((id) => places.get(id)).join(', ')}])`,
    columnsPerStatement: Number.POSITIVE_INFINITY,
  };
}

/** DuckDB reads only the requested columns of a typed file, so staging gains nothing there. */
function stagingOf({ columns, relation }: Source): readonly string[] | null {
  const isText = columns.every(({ kind }) => kind === 'text');
  if (!isText || columns.length <= MAX_UNSTAGED_COLUMNS) return null;
  const list = columns.map((_, index) => columnId(index)).join(', ');
  return [`CREATE OR REPLACE TABLE ${STAGED} AS SELECT [${list}] AS cells FROM ${relation}`];
}

/**
 * SQL with one row for every cell of the columns: `cell`, and `place`, the column's index in `ids`.
 * A statement over it has the same number of expressions for any number of columns; planning
 * expressions is the slow part of wide tables.
 */
export function cellRows({ from, list }: Relation, ids: readonly string[], maxRows?: number): string {
  const limit = maxRows === undefined ? '' : ` LIMIT ${maxRows}`;
  const lists = `SELECT ${list(ids)} AS cells FROM ${from}${limit}`;
  const places = `range(${ids.length})${ids.length <= MOST_SMALL_PLACES ? '::UTINYINT[]' : ''}`;
  return `(SELECT unnest(cells) AS cell, unnest(${places}) AS place FROM (${lists}))`;
}
