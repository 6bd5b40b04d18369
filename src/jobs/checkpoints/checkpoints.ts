import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Clock } from '../../kit/clock.ts';
import type { Blobs } from '../../store/blobs/blobs.ts';
import type { Database, Queries } from '../../store/database.ts';
import { isTransient } from '../../store/errors.ts';
import type { CheckpointRow } from '../../store/tables.ts';
import type { Checkpoint } from '../../training/checkpoint/checkpoint.ts';
import { checksumOf, decodeCheckpoint } from '../../training/checkpoint/encoding.ts';
import type { TrainingSpec } from '../../training/schemas/spec.ts';
import { createCheckpointStore } from './store.ts';

/** A checkpoint as a thread hands it over. */
export interface EncodedCheckpoint extends Pick<Checkpoint, 'step' | 'epoch' | 'finished'> {
  readonly bytes: Uint8Array;
}

/** The checkpoints of jobs: a file each, and its row. */
export interface Checkpoints {
  /**
   * The last one that the training can go on from; null: it starts anew. Those that are damaged or
   * gone are logged and forgotten. Rejects, and forgets nothing, where it cannot be read at
   * present.
   */
  latest(jobId: string, spec: TrainingSpec): Promise<Checkpoint | null>;
  /** Writes the file; it counts from when its row is recorded. */
  write(jobId: string, checkpoint: EncodedCheckpoint): Promise<CheckpointRow>;
  /** Within the caller's transaction. Returns files that are of no use once it is through. */
  record(queries: Queries, row: CheckpointRow): Promise<readonly string[]>;
  /**
   * Takes all of a job that can no longer go on, within the caller's transaction. Returns the files
   * that are of no use once it is through.
   */
  drop(queries: Queries, jobId: string): Promise<readonly string[]>;
  /** The latest step first. */
  ofJob(jobId: string): Promise<readonly CheckpointRow[]>;
  removeFiles(files: readonly string[]): Promise<void>;
  /** Deletes all of a job. */
  forget(jobId: string): Promise<void>;
  /** Deletes the files that crashes have left. */
  collect(): Promise<void>;
}

export interface CheckpointsDeps {
  readonly database: Database;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly log?: Logger | undefined;
}

export function createCheckpoints({ database, blobs, clock, log }: CheckpointsDeps): Checkpoints {
  const store = createCheckpointStore(database);

  const forgetRows = async (rows: readonly CheckpointRow[]) => {
    await store.forget(rows);
    await blobs.remove(rows.map(({ file }) => file));
  };
  const read = async ({ file, sha256 }: CheckpointRow, spec: TrainingSpec) => {
    const path = await blobs.fetch(file);
    if (path === undefined) throw new Error('The checkpoint file is missing.');
    const bytes = await readFile(path);
    if (checksumOf(bytes) !== sha256) throw new Error('The file is not the one that was written.');
    return decodeCheckpoint(bytes, spec);
  };

  return {
    async latest(jobId, spec) {
      for (const row of await store.ofJob(jobId)) {
        try {
          return await read(row, spec);
        } catch (error) {
          // The file is as good as it was: hours of training are not thrown away for that.
          if (isTransient(error)) throw error;
          log?.warn(
            { jobId, step: row.step, err: error },
            'a checkpoint cannot be gone on from: the one before is tried',
          );
          await forgetRows([row]);
        }
      }
      return null;
    },

    async write(jobId, { step, epoch, finished, bytes }) {
      const file = nameOf(jobId, step);
      await blobs.put(file, [bytes]);
      const row = { jobId, step, epoch, file, bytes: bytes.length, sha256: checksumOf(bytes), createdAt: clock() };
      return { ...row, finished: finished ? 1 : 0 };
    },

    record: store.record,
    drop: store.drop,
    ofJob: store.ofJob,
    removeFiles: blobs.remove,
    forget: async (jobId) => forgetRows(await store.ofJob(jobId)),

    async collect() {
      // The files are listed first: what is written afterwards is no leftover.
      const names = await blobs.list();
      const orphans = await store.orphans(names, jobOf);
      await blobs.remove(orphans);
      if (orphans.length > 0) log?.info({ files: orphans.length }, 'leftovers of checkpoints collected');
    },
  };
}

/** Never the same again: a file that is being read must not be written over. */
function nameOf(jobId: string, step: number): string {
  return `${jobId}.${step}.${randomUUID()}.checkpoint`;
}

function jobOf(file: string): string {
  return file.split('.')[0];
}
