import { type ColumnType, STORED_TYPES } from '../../formats/columnTypes.ts';
import type { ColumnStats } from './scan/columnStats.ts';

/** Rows: in a shorter table, values can all differ by chance. */
const MIN_ROWS_OF_IDENTIFIER = 20;
/** Columns: in a narrower table, a row number may be the only feature. */
const MIN_COLUMNS_WITH_ROW_NUMBER = 5;
/** Cells of text have this many blanks on average, ... */
const MIN_BLANKS_OF_TEXT = 2.5;
/** ... and this share of distinct values. */
const DISTINCT_SHARE_OF_TEXT = 0.5;
/** customer_id, PassengerId, uuid; but not "paid" or "grid". */
const NAMES_ROWS = /(^|[\s_.-])(id|ids|uuid|guid|index|row ?number|row_?num)$/i;
const CAMEL_ID = /[a-z0-9]I[dD]$/;

/**
 * The type of a column: the requested one, or the type of its cells. `columns` is the table's count
 * of columns.
 */
export function typeOf(stats: ColumnStats, columns: number): ColumnType {
  if (stats.requestedType !== null) return stats.requestedType;
  if (stats.stored === 'text') return typeOfText(stats);
  return stats.whole && isRowName(stats, columns) ? 'identifier' : STORED_TYPES[stats.stored].type;
}

/**
 * Whole numbers that only name the row: consecutive, or distinct with the name of an identifier.
 */
function isRowName(stats: ColumnStats, columns: number): boolean {
  if (stats.count < MIN_ROWS_OF_IDENTIFIER || stats.distinct < stats.count) return false;
  const counts = stats.countsRows && columns >= MIN_COLUMNS_WITH_ROW_NUMBER;
  return counts || stats.nameless || NAMES_ROWS.test(stats.name) || CAMEL_ID.test(stats.name);
}

function typeOfText({ count, distinct, blanks }: ColumnStats): ColumnType {
  if (count < MIN_ROWS_OF_IDENTIFIER) return 'categorical';
  if (blanks >= MIN_BLANKS_OF_TEXT && distinct >= DISTINCT_SHARE_OF_TEXT * count) return 'text';
  return distinct === count ? 'identifier' : 'categorical';
}
