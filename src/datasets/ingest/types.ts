import type { ColumnType } from '../../kit/table.ts';
import type { ColumnFacts } from './scan/facts.ts';

/** In a shorter table, all-distinct values are chance. */
const FEWEST_ROWS_OF_IDENTIFIER = 20;
/** In a narrower table, what counts the rows may be all there is to learn from. */
const FEWEST_COLUMNS_WITH_ROW_NUMBER = 5;
/** Text has so many blanks in a cell, on average, ... */
const FEWEST_BLANKS_OF_TEXT = 2.5;
/** ... and hardly ever repeats a cell. */
const DISTINCT_SHARE_OF_TEXT = 0.5;
/** customer_id, PassengerId, uuid; but not "paid" or "grid". */
const NAMES_ROWS = /(^|[\s_.-])(id|ids|uuid|guid|index|row ?number|row_?num)$/i;
const CAMEL_ID = /[a-z0-9]I[dD]$/;

/** The type that a column shows: what the client asked for, or what its cells are. `columns` is how many the table has. */
export function typeOf(facts: ColumnFacts, columns: number): ColumnType {
  if (facts.asked !== null) return facts.asked;
  switch (facts.stored) {
    case 'boolean':
    case 'datetime':
      return facts.stored;
    case 'number':
    case 'integer':
      return facts.whole && isRowName(facts, columns) ? 'identifier' : 'numeric';
    case 'text':
      return typeOfText(facts);
  }
}

/** Whole numbers that only name the row: counted up, or all different under a name that says so. */
function isRowName(facts: ColumnFacts, columns: number): boolean {
  if (facts.count < FEWEST_ROWS_OF_IDENTIFIER || facts.distinct < facts.count) return false;
  const counts = facts.countsRows && columns >= FEWEST_COLUMNS_WITH_ROW_NUMBER;
  return counts || facts.nameless || NAMES_ROWS.test(facts.name) || CAMEL_ID.test(facts.name);
}

function typeOfText({ count, distinct, blanks }: ColumnFacts): ColumnType {
  if (count < FEWEST_ROWS_OF_IDENTIFIER) return 'categorical';
  if (blanks >= FEWEST_BLANKS_OF_TEXT && distinct >= DISTINCT_SHARE_OF_TEXT * count) return 'text';
  return distinct === count ? 'identifier' : 'categorical';
}
