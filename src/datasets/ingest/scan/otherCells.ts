import type { ValueFormat } from '../../../formats/types/columnType.ts';
import type { Session } from '../../duckdb/duckdb.ts';
import { batches } from '../../duckdb/sql.ts';
import { cellRows, type Relation } from '../source/relation.ts';
import type { Cells } from './cells.ts';

/** A column of text of which some cells do not have the format. */
export interface MixedColumn {
  /** The column's id in the relation. */
  readonly id: string;
  readonly format: ValueFormat;
}

export interface CellCount {
  readonly value: string;
  readonly count: number;
}

/** Cells of a column that a warning names. */
const NAMED_CELLS = 3;
/** Columns of one statement; each one is a branch of an expression. */
const COLUMNS_PER_STATEMENT = 50;

/**
 * The most frequent cells that are not missing and do not have the format, by column id. One pass
 * over the file for every `COLUMNS_PER_STATEMENT` columns.
 */
export async function readOtherCells(
  session: Session,
  relation: Relation,
  columns: readonly MixedColumn[],
  cells: Cells,
): Promise<ReadonlyMap<string, readonly CellCount[]>> {
  const found = new Map<string, readonly CellCount[]>();
  for (const batch of batches(columns, COLUMNS_PER_STATEMENT)) {
    const ids = batch.map(({ id }) => id);
    const branches = batch.map(({ format }, place) => `WHEN ${place} THEN ${format.value('value')} IS NULL`);
    const values = `SELECT place, ${cells.value('cell')} AS value FROM ${cellRows(relation, ids)}`;
    const groups = `SELECT place, value, count(*) AS n FROM (${values})
      WHERE value IS NOT NULL AND CASE place ${branches.join(' ')} END GROUP BY place, value`;
    const rows = await session.query(
      `SELECT place, to_json(min({'n': -n, 'value': value}, ${NAMED_CELLS})) FROM (${groups}) GROUP BY place`,
    );
    for (const [place, top] of rows) {
      const list: readonly { readonly n: number; readonly value: string }[] = JSON.parse(String(top));
      found.set(
        ids[Number(place)] ?? '',
        list.map(({ n, value }) => ({ value, count: -n })),
      );
    }
  }
  return found;
}
