import { type ColumnType, STORED_TYPES } from '../../formats/columnTypes.ts';
import type { ColumnStats } from './scan/columnStats.ts';

/** In a shorter table, all-distinct values are chance. */
const MIN_ROWS_OF_IDENTIFIER = 20;
/** In a narrower table, what counts the rows may be all there is to learn from. */
const MIN_COLUMNS_WITH_ROW_NUMBER = 5;
/** Text has so many blanks in a cell, on average, ... */
const MIN_BLANKS_OF_TEXT = 2.5;
/** ... and hardly ever repeats a cell. */
const DISTINCT_SHARE_OF_TEXT = 0.5;
/** customer_id, PassengerId, uuid; but not "paid" or "grid". */
const NAMES_ROWS = /(^|[\s_.-])(id|ids|uuid|guid|index|row ?number|row_?num)$/i;
const CAMEL_ID = /[a-z0-9]I[dD]$/;

/** The type that a column shows: what the client asked for, or what its cells are. `columns` is how many the table has. */
export function typeOf(stats: ColumnStats, columns: number): ColumnType {
  if (stats.requestedType !== null) return stats.requestedType;
  if (stats.stored === 'text') return typeOfText(stats);
  return stats.whole && isRowName(stats, columns) ? 'identifier' : STORED_TYPES[stats.stored].type;
}

/** Whole numbers that only name the row: counted up, or all different under a name that says so. */
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
