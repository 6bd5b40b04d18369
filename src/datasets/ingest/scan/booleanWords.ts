import type { BooleanWords } from '../../../formats/table.ts';
import type { Session } from '../../duckdb/duckdb.ts';
import { batches } from '../../duckdb/sql.ts';
import type { Relation } from '../source/relation.ts';
import type { Cells } from './cells.ts';
import type { PlannedColumn } from './plan.ts';

/** Each column has two expressions, whose planning takes time. */
const COLUMNS_PER_STATEMENT = 250;
const PLAIN: BooleanWords = ['false', 'true'];

/**
 * The most frequent words for false and true of each column of booleans in a text, such as `False`
 * and `True`; null for other columns, and for `false` and `true`.
 */
export async function readBooleanWords(
  session: Session,
  { from, cell }: Relation,
  columns: readonly PlannedColumn[],
  { value }: Cells,
): Promise<readonly (BooleanWords | null)[]> {
  const found = new Map<string, BooleanWords>();
  const booleans = columns.filter(({ stored, present }) => stored === 'boolean' && present !== null);
  for (const batch of batches(booleans, COLUMNS_PER_STATEMENT)) {
    const modes = batch.flatMap(({ id, sql }) => {
      const [flag, word] = [sql(cell(id)), value(cell(id))];
      return [`NOT ${flag}`, flag].map((condition) => `mode(${word} ORDER BY ${word}) FILTER (${condition})`);
    });
    const [words = []] = await session.query(`SELECT ${modes.join(', ')} FROM ${from}`);
    for (const [index, { id }] of batch.entries()) {
      const [no, yes] = [words[2 * index], words[2 * index + 1]];
      found.set(id, [String(no ?? PLAIN[0]), String(yes ?? PLAIN[1])]);
    }
  }
  return columns.map(({ id }) => {
    const words = found.get(id);
    return words === undefined || words.join() === PLAIN.join() ? null : words;
  });
}
