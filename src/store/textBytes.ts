import { sql } from 'kysely';

/**
 * SQL for the bytes of the texts in these columns together; NULL counts 0. `octet_length` reads a
 * text's length from the head of its row, so that SQLite does not read the text.
 */
export function textBytes(...columns: readonly string[]) {
  const lengths = columns.map((column) => sql`coalesce(octet_length(${sql.ref(column)}), 0)`);
  return sql<number>`${sql.join(lengths, sql` + `)}`;
}
