import { sql } from 'kysely';
import type { Clock } from '../../../kit/clock.ts';
import type { Database, Queries } from '../../../store/database/database.ts';
import { storedBytes } from '../../../store/storedBytes.ts';
import type { NewOutputs } from '../messages.ts';

/** The outputs of all projects together. */
const MAX_OUTPUTS_BYTES = 2 ** 30;
/** Larger outputs are computed each time, so that no write blocks the database for long. */
const MAX_ENTRY_BYTES = 64 * 2 ** 20;

interface NewOutputsOf {
  readonly project: string;
  readonly datasetId: string;
  readonly outputs: NewOutputs;
}

/** Outputs of models that were computed before. They can be deleted at any time. */
export interface OutputsStore {
  find(key: string): Promise<Uint8Array | undefined>;
  /**
   * Stores outputs and deletes the least recently used ones above the limit. Does nothing for
   * outputs that are too large or exceed the quota of the project, and if the model or the dataset
   * was deleted.
   */
  put(outputs: NewOutputsOf): Promise<void>;
}

export function createOutputsStore(database: Database, clock: Clock, maxBytes = MAX_OUTPUTS_BYTES): OutputsStore {
  return {
    async find(key) {
      const row = await database
        .updateTable('outputs')
        .set({ usedAt: clock() })
        .where('key', '=', key)
        .returning('bytes')
        .executeTakeFirst();
      return row?.bytes;
    },

    async put({ project, datasetId, outputs: { key, modelId, bytes } }) {
      if (bytes.length > Math.min(MAX_ENTRY_BYTES, maxBytes)) return;
      await database.transaction().execute(async (queries) => {
        if (!(await fits(queries, project, bytes.length))) return;
        if (!(await exists(queries, modelId, datasetId))) return;
        await queries
          .insertInto('outputs')
          .values({ key, modelId, datasetId, bytes, usedAt: clock() })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        await evict(queries, maxBytes, key);
      });
    },
  };
}

async function fits(queries: Queries, project: string, bytes: number): Promise<boolean> {
  const query = queries.selectFrom('projects').select('storedBytes').where('name', '=', project);
  const quota = (await query.executeTakeFirst())?.storedBytes ?? null;
  return quota === null || (await storedBytes(queries, project)) + bytes <= quota;
}

async function exists(queries: Queries, modelId: string, datasetId: string): Promise<boolean> {
  const model = await queries.selectFrom('models').select('id').where('id', '=', modelId).executeTakeFirst();
  const dataset = await queries.selectFrom('datasets').select('id').where('id', '=', datasetId).executeTakeFirst();
  return model !== undefined && dataset !== undefined;
}

/** Deletes the least recently used outputs, but never `latest`. */
async function evict(queries: Queries, maxBytes: number, latest: string): Promise<void> {
  const rows = await queries
    .selectFrom('outputs')
    .select(['key', sql<number>`length(bytes)`.as('size')])
    .orderBy('usedAt', 'desc')
    .execute();
  let total = rows.find(({ key }) => key === latest)?.size ?? 0;
  for (const { key, size } of rows) {
    if (key === latest) continue;
    total += size;
    if (total > maxBytes) await queries.deleteFrom('outputs').where('key', '=', key).execute();
  }
}
