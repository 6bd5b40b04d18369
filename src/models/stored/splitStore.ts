import type { Queries } from '../../store/database/database.ts';
import type { PackedSplit } from '../../training/split/packed.ts';

/** Stores a split unless an equal one exists. The last model that refers to it deletes it. */
export async function insertSplit(queries: Queries, split: PackedSplit): Promise<void> {
  await queries
    .insertInto('splits')
    .values(split)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export function findSplit(queries: Queries, id: string): Promise<PackedSplit | undefined> {
  return queries.selectFrom('splits').selectAll().where('id', '=', id).executeTakeFirst();
}
