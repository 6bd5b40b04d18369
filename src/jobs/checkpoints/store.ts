import type { Database, Queries } from '../../store/database/database.ts';
import type { CheckpointRow } from '../../store/database/tables.ts';

/** Checkpoints of a job that are retained: more than one, because the last one may be damaged. */
const RETAINED = 2;

/** The queries about checkpoints. */
export interface CheckpointStore {
  /** Latest step first. */
  ofJob(jobId: string): Promise<readonly CheckpointRow[]>;
  /** Inserts a row, deletes those that it makes obsolete, and returns their files. */
  record(queries: Queries, row: CheckpointRow): Promise<readonly string[]>;
  /** Latest step first, of all networks of an ensemble. */
  ofMembers(jobId: string): Promise<readonly CheckpointRow[]>;
  /**
   * Inserts a row of a network of an ensemble. The others stay, because each has snapshots of its
   * own. Of a step and epoch that have a row, only `finished` is new: the file of `row` is then
   * returned. After the last step of an epoch, its measurement adds a snapshot and ends the epoch.
   */
  recordMember(queries: Queries, row: CheckpointRow): Promise<readonly string[]>;
  /** Deletes all rows of a job, and returns their files. */
  drop(queries: Queries, jobId: string): Promise<readonly string[]>;
  forget(rows: readonly CheckpointRow[]): Promise<void>;
  /**
   * The files that no row names, without those of running jobs, whose workers may insert the row
   * next.
   */
  orphans(files: readonly string[], jobOf: (file: string) => string): Promise<readonly string[]>;
}

export function createCheckpointStore(database: Database): CheckpointStore {
  const ofJob = (queries: Queries, jobId: string) =>
    queries
      .selectFrom('checkpoints')
      .selectAll()
      .where('jobId', '=', jobId)
      .orderBy('step', 'desc')
      .orderBy('epoch', 'desc')
      .execute();
  const ofMembers = (queries: Queries, jobId: string) =>
    queries
      .selectFrom('checkpoints')
      .selectAll()
      .where('jobId', '=', jobId)
      .where('member', '>', 0)
      .orderBy('member')
      .orderBy('step', 'desc')
      .orderBy('epoch', 'desc')
      .execute();

  return {
    ofJob: (jobId) => ofJob(database, jobId),

    async record(queries, row) {
      const before = await ofJob(queries, row.jobId);
      const others = before.filter(({ step }) => step !== row.step);
      const obsolete = [...before.filter(({ step }) => step === row.step), ...others.slice(RETAINED - 1)];
      await deleteRows(queries, obsolete);
      await queries.insertInto('checkpoints').values(row).execute();
      return filesOf(obsolete);
    },

    ofMembers: (jobId) => ofMembers(database, jobId),

    async recordMember(queries, row) {
      const before = await ofMembers(queries, row.jobId);
      const same = before.find(
        ({ member, step, epoch }) => member === row.member && step === row.step && epoch === row.epoch,
      );
      if (same) {
        const { finished } = row;
        await queries.updateTable('checkpoints').set({ finished }).where('file', '=', same.file).execute();
        return [row.file];
      }
      await queries.insertInto('checkpoints').values(row).execute();
      return [];
    },

    async drop(queries, jobId) {
      return filesOf(await queries.deleteFrom('checkpoints').where('jobId', '=', jobId).returning('file').execute());
    },

    forget: (rows) => deleteRows(database, rows),

    async orphans(files, jobOf) {
      const recorded = new Set(filesOf(await database.selectFrom('checkpoints').select('file').execute()));
      const running = await database.selectFrom('jobs').select('id').where('state', '=', 'running').execute();
      const busy = new Set(running.map(({ id }) => id));
      return files.filter((file) => !recorded.has(file) && !busy.has(jobOf(file)));
    },
  };
}

async function deleteRows(queries: Queries, rows: readonly CheckpointRow[]): Promise<void> {
  for (const { file } of rows) await queries.deleteFrom('checkpoints').where('file', '=', file).execute();
}

function filesOf(rows: readonly Pick<CheckpointRow, 'file'>[]): readonly string[] {
  return rows.map(({ file }) => file);
}
