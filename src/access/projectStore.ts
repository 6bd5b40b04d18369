import type { KeysetPosition } from '../kit/contract/keysetCursor.ts';
import type { Database } from '../store/database/database.ts';
import type { ProjectRow } from '../store/database/tables.ts';
import { storedBytes } from '../store/storedBytes.ts';

interface Usage {
  readonly runningJobs: number;
  readonly queuedJobs: number;
  readonly storedBytes: number;
}

/** Queries about projects, named after their results. */
export interface ProjectStore {
  /** False if the name is already used. */
  insert(row: ProjectRow): Promise<boolean>;
  find(name: string): Promise<ProjectRow | undefined>;
  /** Newest first, then by name. */
  list(after: KeysetPosition | undefined, limit: number): Promise<readonly ProjectRow[]>;
  /** Undefined if there is no project with that name. */
  change(name: string, quotas: Partial<ProjectRow>): Promise<ProjectRow | undefined>;
  /**
   * Deletes the project with its keys. False if there is no project with that name, or if it has
   * datasets, jobs, models, reports or webhooks.
   */
  remove(name: string): Promise<boolean>;
  usage(name: string): Promise<Usage>;
}

export function createProjectStore(database: Database): ProjectStore {
  return {
    async insert(row) {
      const query = database
        .insertInto('projects')
        .values(row)
        .onConflict((conflict) => conflict.doNothing());
      return ((await query.executeTakeFirst()).numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    find: (name) => database.selectFrom('projects').selectAll().where('name', '=', name).executeTakeFirst(),

    list(after, limit) {
      const query = database
        .selectFrom('projects')
        .selectAll()
        .orderBy('createdAt', 'desc')
        .orderBy('name')
        .limit(limit);
      if (after === undefined) return query.execute();
      const { at, name } = after;
      return query
        .where((eb) => eb.or([eb('createdAt', '<', at), eb.and([eb('createdAt', '=', at), eb('name', '>', name)])]))
        .execute();
    },

    change: (name, quotas) =>
      database
        .updateTable('projects')
        // `name` is set to itself, so that the statement is valid without any change.
        .set({ name, ...quotas })
        .where('name', '=', name)
        .returningAll()
        .executeTakeFirst(),

    async remove(name) {
      const query = database.deleteFrom('projects').where('name', '=', name);
      const unused = (['datasets', 'jobs', 'models', 'reports', 'webhooks'] as const).reduce(
        (rest, table) =>
          rest.where(({ not, exists, selectFrom }) =>
            not(exists(selectFrom(table).select('project').where('project', '=', name))),
          ),
        query,
      );
      return (await unused.executeTakeFirst()).numDeletedRows > 0n;
    },

    async usage(name) {
      const rows = await database
        .selectFrom('jobs')
        .select(['state', (eb) => eb.fn.countAll<number>().as('jobs')])
        .where('project', '=', name)
        .where('state', 'in', ['running', 'queued'])
        .groupBy('state')
        .execute();
      const jobs = new Map(rows.map((row) => [row.state, row.jobs]));
      return {
        runningJobs: jobs.get('running') ?? 0,
        queuedJobs: jobs.get('queued') ?? 0,
        storedBytes: await storedBytes(database, name),
      };
    },
  };
}
