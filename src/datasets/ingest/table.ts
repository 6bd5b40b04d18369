import { TABLE_FILE } from './messages.ts';
import { literal } from './sql.ts';

/** The written table, with the columns `c0`, `c1`, …: what goes after FROM. */
export const TABLE = `read_parquet(${literal(TABLE_FILE)})`;
