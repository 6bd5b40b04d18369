import { literal } from '../../../formats/types/sql.ts';
import { TABLE_FILE } from '../protocol/messages.ts';

/** The written table after FROM, with the columns `c0`, `c1`, … */
export const TABLE = `read_parquet(${literal(TABLE_FILE)})`;
