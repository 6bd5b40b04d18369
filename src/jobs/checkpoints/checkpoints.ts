import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Queries } from '../../store/database/database.ts';
import { isTransient } from '../../store/database/errors.ts';
import type { CheckpointRow } from '../../store/database/tables.ts';
import type { Checkpoint } from '../../training/checkpoint/checkpoint.ts';
import { checksumOf, decodeCheckpoint, type EncodedCheckpoint } from '../../training/checkpoint/encoding.ts';
import type { TrainingSpec } from '../../training/schemas/spec.ts';
import { type CheckpointsDeps, createMemberCheckpoints, type MemberCheckpoints } from './memberCheckpoints.ts';
import { createCheckpointStore } from './store.ts';

/** The checkpoints of jobs: a blob and a row each. */
export interface Checkpoints {
  /**
   * The latest checkpoint that the training can resume from; null: it starts from the beginning.
   * Damaged and missing ones are logged and deleted. Rejects on transient errors, and then deletes
   * nothing.
   */
  latest(jobId: string, spec: TrainingSpec): Promise<Checkpoint | null>;
  /** Stores the blob. The checkpoint counts once its row is recorded. */
  write(jobId: string, checkpoint: EncodedCheckpoint): Promise<CheckpointRow>;
  /**
   * Writes the row within the caller's transaction. Returns the files to remove after the commit.
   */
  record(queries: Queries, row: CheckpointRow): Promise<readonly string[]>;
  /**
   * Deletes the rows of a job that cannot resume, within the caller's transaction. Returns the
   * files to remove after the commit.
   */
  drop(queries: Queries, jobId: string): Promise<readonly string[]>;
  /** Latest step first. */
  ofJob(jobId: string): Promise<readonly CheckpointRow[]>;
  removeFiles(files: readonly string[]): Promise<void>;
  /** Deletes all checkpoints of a job. */
  forget(jobId: string): Promise<void>;
  /** Those of the networks of ensembles. */
  readonly members: MemberCheckpoints;
  /** Deletes files that no row names, such as unfinished writes after a crash. */
  collect(): Promise<void>;
}

export function createCheckpoints(deps: CheckpointsDeps): Checkpoints {
  const { database, blobs, clock, log } = deps;
  const store = createCheckpointStore(database);

  const forgetRows = async (rows: readonly CheckpointRow[]) => {
    await store.forget(rows);
    await blobs.remove(rows.map(({ file }) => file));
  };
  const read = async ({ file, sha256 }: CheckpointRow, spec: TrainingSpec) => {
    const path = await blobs.fetch(file);
    if (path === undefined) throw new Error('The checkpoint file is missing.');
    const bytes = await readFile(path);
    if (checksumOf(bytes) !== sha256) throw new Error('The checkpoint file has changed since it was written.');
    return decodeCheckpoint(bytes, spec);
  };

  return {
    async latest(jobId, spec) {
      for (const row of await store.ofJob(jobId)) {
        try {
          return await read(row, spec);
        } catch (error) {
          // The file is intact. Deleting it would lose hours of training.
          if (isTransient(error)) throw error;
          log?.warn({ jobId, step: row.step, err: error }, 'a checkpoint cannot be used; trying the previous one');
          await forgetRows([row]);
        }
      }
      return null;
    },

    async write(jobId, { step, epoch, finished, bytes }) {
      const file = nameOf(jobId, step);
      await blobs.put(file, [bytes]);
      const row = {
        jobId,
        member: 0,
        step,
        epoch,
        file,
        bytes: bytes.length,
        sha256: checksumOf(bytes),
        createdAt: clock(),
      };
      return { ...row, finished: finished ? 1 : 0 };
    },

    members: createMemberCheckpoints(deps),

    record: store.record,
    drop: store.drop,
    ofJob: store.ofJob,
    removeFiles: blobs.remove,
    forget: async (jobId) => forgetRows(await store.ofJob(jobId)),

    async collect() {
      // Listed before the rows are read, so that files of later checkpoints are not included.
      const names = await blobs.list();
      const orphans = await store.orphans(names, jobOf);
      await blobs.remove(orphans);
      if (orphans.length > 0) log?.info({ files: orphans.length }, 'unused checkpoint files deleted');
    },
  };
}

/** A unique name, because a file must not be replaced while it is read. */
function nameOf(jobId: string, step: number): string {
  return `${jobId}.${step}.${randomUUID()}.checkpoint`;
}

function jobOf(file: string): string {
  return file.split('.')[0];
}
